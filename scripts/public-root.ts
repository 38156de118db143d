/**
 * The trust root of sigstore's public instance, as the npm package `@sigstore/tuf` ships it, made a
 * source file: run it after that package was updated, with the date of its release
 * (`npm view @sigstore/tuf time`); a test holds the file against the package.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** The mirror of the public instance. */
export const PUBLIC_MIRROR = 'https://tuf-repo-cdn.sigstore.dev';
const PAGE = new URL('../src/signing/public-good-root.ts', import.meta.url);

/** What the package ships of the public instance, in base64. */
export interface ShippedRoot {
  readonly version: string;
  readonly root: string;
  readonly trustedRoot: string;
}

/** Reads the installed package. */
export function readShippedRoot(): ShippedRoot {
  const folder = dirname(createRequire(import.meta.url).resolve('@sigstore/tuf/package.json'));
  const read = (name: string): unknown => JSON.parse(readFileSync(join(folder, name), 'utf8'));
  const { version } = read('package.json') as { readonly version: string };
  const seeds = read('seeds.json') as Readonly<Record<string, Seed>>;
  const seed = seeds[PUBLIC_MIRROR];
  const trustedRoot = seed?.targets['trusted_root.json'];
  if (seed === undefined || trustedRoot === undefined) throw new Error('no seed of the mirror');
  return { version, root: seed['root.json'], trustedRoot };
}

interface Seed {
  readonly 'root.json': string;
  readonly targets: Readonly<Record<string, string>>;
}

/** The source file of what is shipped. */
export function formatPublicRoot(
  { version, root, trustedRoot }: ShippedRoot,
  date: string,
): string {
  return `/**
 * What is believed of sigstore's public instance where nothing newer was fetched: its trust root
 * and the TUF root that vouched for it, as \`@sigstore/tuf\` ships them. Made by
 * \`node scripts/public-root.ts DATE\`; the authorities and logs in it are public.
 */

/** Where the public instance publishes its trust root (TUF). */
export const PUBLIC_GOOD_MIRROR = '${PUBLIC_MIRROR}';

/** Which release of \`@sigstore/tuf\` this is of, and the date of that. */
export const PUBLIC_GOOD_RELEASE = { version: '${version}', date: '${date}' } as const;

/** The TUF root (\`root.json\`), in base64. */
export const PUBLIC_GOOD_TUF_ROOT = [
${lines(root)}
].join('');

/** The trust root (\`trusted_root.json\`), in base64. */
export const PUBLIC_GOOD_TRUST_ROOT = [
${lines(trustedRoot)}
].join('');
`;
}

function lines(text: string): string {
  const bare = text.replaceAll(/\s/g, '');
  return (bare.match(/.{1,92}/g) ?? []).map((line) => `  '${line}',`).join('\n');
}

if (process.argv[1] === import.meta.filename) {
  const date = process.argv[2] ?? '';
  if (!/^\d{4}-\d\d-\d\d$/.test(date)) throw new Error('give the date of the release, YYYY-MM-DD');
  writeFileSync(PAGE, formatPublicRoot(readShippedRoot(), date));
}
