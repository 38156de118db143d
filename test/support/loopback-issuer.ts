/** An issuer of signed tokens for tests: own keys, its documents on loopback, what it is asked. */
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import type { CryptoKey, JWK } from 'jose';
import type { LoopbackServer } from './loopback-server.ts';
import { startLoopbackServer } from './loopback-server.ts';

/** A key that signs, and what its set says of it. */
export interface SigningKey {
  readonly kid: string;
  readonly alg: string;
  readonly privateKey: CryptoKey;
  readonly publicJwk: JWK;
}

/** Makes a key of an algorithm. */
export async function makeSigningKey(kid: string, alg = 'ES256'): Promise<SigningKey> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  const publicJwk = { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' };
  return { kid, alg, privateKey, publicJwk };
}

/** Signs claims; `iat` and `exp` (five minutes) are added where they are not given. */
export function signToken(
  key: SigningKey,
  claims: Readonly<Record<string, unknown>>,
  header: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  const time = Math.floor(Date.now() / 1000);
  return new SignJWT({ iat: time, exp: time + 300, ...claims })
    .setProtectedHeader({ alg: key.alg, kid: key.kid, ...header })
    .sign(key.privateKey, { crit: { x: true } });
}

/** An issuer that answers over HTTP on loopback. */
export interface TestIssuer {
  readonly url: string;
  readonly server: LoopbackServer;
  /** What it answers for its keys from now on; text is sent as it is. */
  serve(keys: readonly SigningKey[] | string): void;
  close(): Promise<void>;
}

/** Starts an issuer with a discovery document and a key set. */
export async function startIssuer(
  first: readonly SigningKey[],
  discovery: (url: string) => object = (url) => ({ issuer: url, jwks_uri: `${url}/keys` }),
): Promise<TestIssuer> {
  let keys: readonly SigningKey[] | string = first;
  const server = await startLoopbackServer(({ url }, response) => {
    response.setHeader('content-type', 'application/json');
    if (url === '/.well-known/openid-configuration') {
      return response.end(JSON.stringify(discovery(`http://${server.host}`)));
    }
    if (url !== '/keys') return response.writeHead(404).end();
    const text = typeof keys === 'string' ? keys : keySetOf(keys);
    return response.end(text);
  });
  return {
    url: `http://${server.host}`,
    server,
    serve: (next) => void (keys = next),
    close: () => server.close(),
  };
}

/** The text of a key set. */
export function keySetOf(keys: readonly SigningKey[]): string {
  return JSON.stringify({ keys: keys.map(({ publicJwk }) => publicJwk) });
}
