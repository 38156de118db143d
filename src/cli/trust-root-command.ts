/** `assay attest trust-root`: a trust root of sigstore, fetched from its mirror into a folder. */
import { AssayError } from '../domain/error.ts';
import type { CommandRun } from './command.ts';
import { textOption } from './options.ts';
import { printDocument } from './print-values.ts';

const MAX_TUF_ROOT = 512 * 1024;

/** Fetches, verifies and keeps it; prints where it lies. */
export const fetchRoot: CommandRun = async (context, _args, options) => {
  const { fetchTrustRoot } = await import('../operations/fetch-trust-root.ts');
  const { readNamedFile } = await import('../operations/read-named-file.ts');
  const folder = textOption(options, 'folder');
  if (folder === undefined) {
    throw new AssayError('invalid-argument', '--folder is missing; give a folder to fetch into');
  }
  const mirror = textOption(options, 'mirror');
  const caFile = textOption(options, 'mirrorCa');
  const rootFile = textOption(options, 'tufRoot');
  const input = {
    folder,
    ...(mirror === undefined ? {} : { mirror }),
    ...(caFile === undefined ? {} : { caFile }),
    ...(rootFile === undefined ? {} : { root: await readNamedFile(rootFile, MAX_TUF_ROOT) }),
  };
  const found = await fetchTrustRoot(input, context.now());
  const format = textOption(options, 'output') ?? 'table';
  if (format !== 'table') await printDocument(context, { schemaVersion: 1, ...found }, format);
  else context.stdout.write(`${found.file}\n`);
  const versions = Object.entries(found.versions).map(([role, version]) => `${role} ${version}`);
  context.stderr.write(
    `${found.lists}; ${versions.join(', ')}; good until ${found.fresh}\n` +
      `next: assay attest verify IMAGE --trust-root ${found.file} --certificate-identity …\n`,
  );
  return 0;
};
