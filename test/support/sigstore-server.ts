/**
 * The certificate authority and the log of a test, at a loopback address, as real cosign calls them
 * (Fulcio's `signingCert`, Rekor's `log/entries`): it gets a certificate for the identity token that
 * it brings, and an entry for what it signed. Tokens are not verified: whose they are is not tested.
 */
import { createPublicKey } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { certificatePem, sha256, type SigstoreServices } from './sigstore-services.ts';

/** Services that listen. */
export interface SigstoreServer {
  readonly url: string;
  /** Path of each request, in order. */
  readonly asked: readonly string[];
  /** `--signing-config` of cosign that names these services and no others. */
  readonly signingConfig: Buffer;
  stop(): Promise<void>;
}

const TIMESTAMPS = '/api/v1/timestamp';
/** Of a SHA-256 in a request: an OCTET STRING of 32 bytes. */
const HASH_HEADER = Buffer.from([0x04, 0x20]);
const CERTIFICATES = '/api/v2/signingCert';

interface CertificateRequest {
  readonly publicKeyRequest: { readonly publicKey: { readonly content: string } };
}

interface ProposedEntry {
  readonly kind: string;
  readonly apiVersion: string;
  readonly spec: {
    readonly proposedContent?: { readonly envelope: string; readonly verifiers: [string] };
  };
}

/** Starts listening; whoever starts it stops it. */
export async function startSigstoreServer(services: SigstoreServices): Promise<SigstoreServer> {
  const asked: string[] = [];
  const server = createServer(async (request, response) => {
    asked.push(request.url ?? '');
    try {
      if (request.url === TIMESTAMPS) {
        const stamp = await timestamp(services, await buffer(request));
        response.writeHead(201, { 'content-type': 'application/timestamp-reply' }).end(stamp);
        return;
      }
      const answer = await answerTo(services, request);
      const status = request.url === CERTIFICATES ? 200 : 201;
      // cosign finds the entry in the answer by this header.
      const etag = Object.keys(answer)[0] ?? '';
      response.writeHead(status, { 'content-type': 'application/json', etag });
      response.end(JSON.stringify(answer));
    } catch (error) {
      response.writeHead(400).end(String(error));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    asked,
    signingConfig: Buffer.from(JSON.stringify(configOf(url))),
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/** A token that says who somebody is, signed by nobody. */
export function identityToken(subject: string, issuer: string): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const exp = Math.floor(Date.now() / 1000) + 600;
  const claims = { sub: subject, iss: issuer, aud: 'sigstore', iat: exp - 600, exp };
  return `${part({ alg: 'RS256', typ: 'JWT' })}.${part(claims)}.${base64url('signature')}`;
}

async function answerTo(services: SigstoreServices, request: IncomingMessage): Promise<object> {
  const body: unknown = JSON.parse(String(await buffer(request)));
  if (request.url === CERTIFICATES) {
    const { authorization = '' } = request.headers;
    return certify(services, authorization, body as CertificateRequest);
  }
  if (request.url === '/api/v1/log/entries') return log(services, body as ProposedEntry);
  throw new Error(`nothing is at ${request.url}`);
}

async function certify(
  services: SigstoreServices,
  authorization: string,
  { publicKeyRequest }: CertificateRequest,
): Promise<object> {
  const [, claims = ''] = authorization.split('.');
  const { sub: subject, iss: issuer } = JSON.parse(Buffer.from(claims, 'base64url').toString()) as {
    readonly sub: string;
    readonly iss: string;
  };
  const key = createPublicKey(publicKeyRequest.publicKey.content);
  const spki = Buffer.from(key.export({ type: 'spki', format: 'der' }));
  const leaf = await services.certify(spki, { subject, issuer });
  const certificates = [certificatePem(leaf), services.pems.authority];
  return { signedCertificateEmbeddedSct: { chain: { certificates } } };
}

async function timestamp(services: SigstoreServices, request: Buffer): Promise<Buffer> {
  const at = request.indexOf(HASH_HEADER) + HASH_HEADER.length;
  return services.timestampHash(Buffer.from(request.subarray(at, at + 32)));
}

/** A log keeps of an envelope its hashes, signatures and keys, not what was proposed. */
async function log(services: SigstoreServices, proposed: ProposedEntry): Promise<object> {
  const { proposedContent } = proposed.spec;
  const entry = await services.log(
    proposedContent === undefined ? proposed : { ...proposed, spec: envelopeOf(proposedContent) },
  );
  return { [sha256(Buffer.from(entry.body))]: entry };
}

function envelopeOf({
  envelope,
  verifiers: [verifier],
}: NonNullable<ProposedEntry['spec']['proposedContent']>): object {
  const { payload, signatures } = JSON.parse(envelope) as {
    readonly payload: string;
    readonly signatures: readonly { readonly sig: string }[];
  };
  const hash = (bytes: Uint8Array): object => ({ algorithm: 'sha256', value: sha256(bytes) });
  return {
    envelopeHash: hash(Buffer.from(envelope)),
    payloadHash: hash(Buffer.from(payload, 'base64')),
    signatures: signatures.map(({ sig: signature }) => ({ signature, verifier })),
  };
}

function configOf(url: string): object {
  const service = {
    url,
    majorApiVersion: 1,
    validFor: { start: '2020-01-01T00:00:00Z' },
    operator: 'test',
  };
  return {
    mediaType: 'application/vnd.dev.sigstore.signingconfig.v0.2+json',
    caUrls: [service],
    oidcUrls: [service],
    rekorTlogUrls: [service],
    rekorTlogConfig: { selector: 'ANY' },
    tsaUrls: [{ ...service, url: `${url}${TIMESTAMPS}` }],
    tsaConfig: { selector: 'ANY' },
  };
}

function base64url(text: string): string {
  return Buffer.from(text).toString('base64url');
}
