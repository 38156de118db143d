/**
 * The one spelling by which a package is looked up among advisories and compared with them. A
 * registry that takes several spellings for one package has one here; where case tells packages
 * apart (npm, Go, Maven, RubyGems, distributions) a name stays as it is.
 */

type Spelling = (name: string) => string;

const lowerCase: Spelling = (name) => name.toLowerCase();

const SPELLINGS: ReadonlyMap<string, Spelling> = new Map<string, Spelling>([
  // PEP 503.
  ['PyPI', (name) => name.toLowerCase().replaceAll(/[-_.]+/g, '-')],
  // crates.io lets no two crates differ in case, hyphen and underscore only.
  ['crates.io', (name) => name.toLowerCase().replaceAll('_', '-')],
  // A repository's address, with or without what git puts around it.
  [
    'SwiftURL',
    (name) =>
      name
        .toLowerCase()
        .replace(/^https?:\/\//, '')
        .replace(/\.git$/, ''),
  ],
  ['NuGet', lowerCase],
  ['Packagist', lowerCase],
  ['Hex', lowerCase],
  ['Pub', lowerCase],
  ['Bitnami', lowerCase],
  ['ConanCenter', lowerCase],
  ['GitHub Actions', lowerCase],
  ['VSCode', lowerCase],
]);

/** The spelling of a name by which an ecosystem's packages are the same or not. */
export function normalisePackageName(ecosystem: string, name: string): string {
  const colon = ecosystem.indexOf(':');
  const spelling = SPELLINGS.get(colon === -1 ? ecosystem : ecosystem.slice(0, colon));
  return spelling === undefined ? name : spelling(name);
}
