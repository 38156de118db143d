/** `assay notary …`, and `assay attest verify` where the signatures are a notary server's. */
import { encodeBase64 } from '../domain/base64.ts';
import { AssayError } from '../domain/error.ts';
import type { ShownNotaryRoot } from '../operations/approve-notary-root.ts';
import type { VerifiedImage } from '../operations/verify-image.ts';
import type { CommandRun, OptionValues, Reach } from './command.ts';
import { reachOf, registryOptionsOf, textOption, textOptions } from './options.ts';
import { printList } from './print-values.ts';
import { printVerified } from './verify-command.ts';
import { withOperations } from './with-operations.ts';

const MAX_ROOT = 1024 * 1024;
const MAX_KEY = 64 * 1024;

/** `assay attest verify IMAGE --notary-server URL` */
export const verifyByNotary: CommandRun = async (context, args, options) => {
  const { readNamedFile } = await import('../operations/read-named-file.ts');
  const file = textOption(options, 'notaryRoot');
  const root = file === undefined ? undefined : encodeBase64(await readNamedFile(file, MAX_ROOT));
  const input = {
    project: textOption(options, 'project'),
    image: args[0],
    server: required(options, 'notaryServer', '--notary-server'),
    signers: await readSigners(options),
    ...(root === undefined ? {} : { root }),
  };
  const reach = notaryReach(options);
  return withOperations(context, reach, async (client) => {
    const found = (await client.call('verify-signed-tag', input)) as VerifiedImage;
    return printVerified(found, options, context);
  });
};

/** `assay notary root approve REPOSITORY` */
export const approveRoot: CommandRun = (context, args, options) => {
  const server = required(options, 'notaryServer', '--notary-server');
  const fingerprint = required(options, 'fingerprint', '--fingerprint');
  const reach = notaryReach(options);
  return withOperations(context, reach, async (client) => {
    const project = textOption(options, 'project');
    const input = { project, repository: args[0], server, fingerprint };
    const shown = (await client.call('approve-notary-root', input)) as ShownNotaryRoot;
    context.stderr.write(
      `root version ${shown.version} of ${shown.gun} is trusted; keys ${shown.keys.join(', ')}\n` +
        `next: assay attest verify ${shown.gun}:TAG --notary-server ${server}\n`,
    );
    return 0;
  });
};

/** `assay notary root list` */
export const listRoots: CommandRun = (context, _args, options) =>
  withOperations(context, { ...reachOf(options), readOnly: true }, async (client) => {
    const input = { project: textOption(options, 'project') };
    const values = (await client.call('list-notary-roots', input)) as readonly ShownNotaryRoot[];
    const form = {
      columns: ['REPOSITORY', 'VERSION', 'FINGERPRINT', 'APPROVED', 'BY'],
      whole: ['REPOSITORY', 'FINGERPRINT'],
      row: (one: ShownNotaryRoot) => [
        one.gun,
        String(one.version),
        one.fingerprint,
        one.approveTime.slice(0, 19),
        one.approver,
      ],
      empty: 'no root is approved; approve one: assay notary root approve REPOSITORY',
    };
    await printList(context, { name: 'notaryRoots', values, form }, options);
    return 0;
  });

/** The data, and how the server is reached: an authority is for its host and no other. */
function notaryReach(options: OptionValues): Reach {
  const file = textOption(options, 'notaryCa');
  const host = URL.parse(textOption(options, 'notaryServer') ?? '')?.host;
  const own = file === undefined || host === undefined ? [] : [`${host}=${file}`];
  const registries = registryOptionsOf(options);
  const authorities = [...(registries.authorities ?? []), ...own];
  return { ...reachOf(options), ...registries, authorities };
}

async function readSigners(
  options: OptionValues,
): Promise<readonly { readonly name: string; readonly key: string }[]> {
  const { readNamedText } = await import('../operations/read-named-file.ts');
  return Promise.all(
    textOptions(options, 'notarySigner').map(async (text) => {
      const [, name = '', file = ''] = /^([^=]+)=(.+)$/.exec(text) ?? [];
      if (name === '') throw new AssayError('invalid-argument', '--notary-signer: give NAME=FILE');
      return { name, key: await readNamedText(file, MAX_KEY) };
    }),
  );
}

function required(options: OptionValues, name: string, flag: string): string {
  const value = textOption(options, name);
  if (value !== undefined) return value;
  throw new AssayError('invalid-argument', `${flag} is missing; see --help`);
}
