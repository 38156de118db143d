/** Who a registry is that tells of a push, where it cannot show a bearer token. */
import type { Caller } from '../domain/caller.ts';
import { AssayError } from '../domain/error.ts';
import { isSignedBody, looksSigned } from '../signing/github-signature.ts';

/** What GitHub's webhooks are called. */
const GITHUB: Caller = { name: 'github-webhook', grants: [{ role: 'notifier' }] };

/** Refuses a body that is not worth reading: without a secret here, or a signature there. */
export function refuseUnsigned(secret: string | undefined, header: string | undefined): void {
  if (secret === undefined) {
    const message = 'GitHub’s webhooks are not believed here; start the server with';
    throw new AssayError('unauthenticated', `${message} --github-webhook-secret-file`);
  }
  if (looksSigned(header)) return;
  const message = 'the webhook has no X-Hub-Signature-256; give it the server’s secret at GitHub';
  throw new AssayError('unauthenticated', message);
}

/** The caller of a signed body; throws `unauthenticated` where another secret signed it. */
export function authenticateGithub(
  secret: string | undefined,
  { header, body }: { readonly header: string | undefined; readonly body: Uint8Array },
): Caller {
  refuseUnsigned(secret, header);
  if (isSignedBody(secret ?? '', header ?? '', body)) return GITHUB;
  const message = 'the webhook’s X-Hub-Signature-256 is not of this body under the server’s secret';
  throw new AssayError('unauthenticated', message);
}

/**
 * Refuses a token in an address or a password that may do more than tell of pushes: addresses end
 * up in logs of others.
 */
export function refuseWideToken(caller: Caller): Caller {
  if (caller.grants.every(({ role }) => role === 'notifier')) return caller;
  throw new AssayError(
    'permission-denied',
    'a token in an address must have the role notifier and no other; make one: ' +
      'assay token create --role notifier',
  );
}
