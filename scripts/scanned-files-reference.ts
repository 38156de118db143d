/**
 * The reference page of the files of languages that a scan reads, made of their tables: run it to
 * write the page; a test holds the page against the tables.
 */
import { writeFileSync } from 'node:fs';
import { LANGUAGE_FAMILIES } from '../src/scanner/extract/find-language-file.ts';
import type { LanguageFile } from '../src/scanner/extract/language-file.ts';

const HEAD = `# Files that a scan reads

Beside the databases of a system's packages (dpkg, apk, opkg, rpm, and the manifests that distroless
images of Azure Linux and chisel's of Ubuntu have in their place), a scan reads the files below:
those of languages wherever they lie in an image, those of systems where the system has them. This
page is made from the tables of the scanner by \`node scripts/scanned-files-reference.ts\`.

- **installed**: the file is there because the package is. One that cannot be read makes the scan
  INCOMPLETE, for what it would have named is not known.
- **declared**: a lock file says that the package is wanted, which does not prove that it is there.
  One that cannot be read is told, and the scan goes on. By default only installed packages gate.

What holds for all of them:

- Packages for development, optional ones and those of other platforms count: a lock file declares
  them, and an \`installed\` file has them on the disk. Nothing is left out by a flag.
- Equal name and version in one file are one package. Names and versions are as written; an alias is
  the package that it stands for.
- The project itself, members of its workspace that the file marks as such, and links to folders are
  no packages. A folder or a checkout with a version of its own is one.
- What has no exact version (a range, an address of git or of an archive) is no package version: it
  is counted in the problem \`package-version-unclear\`, by name and without its address.
- A requirements file that includes others does not pull them in: they are read where their own
  names are those of requirements, which \`requirements-included\` says.
- \`bun.lockb\` is binary and is not read, which is told; \`package.json\` is read in
  \`node_modules/NAME\` and \`node_modules/@SCOPE/NAME\`, and in folders named \`NAME-VERSION\` as its
  package is (\`/opt/yarn-v1.22.19\`); lock files of published packages are not.
- Go: \`stdlib\` is the release that built an executable, or that the lines \`toolchain\` and \`go\` ask
  for; a main module built from a folder has the version \`(devel)\`. \`go.sum\` counts the modules
  whose code was hashed, old versions too; beside a \`go.mod\` of Go 1.17 or later, which has all that
  is used, it does not count.
- Deno: packages of JSR and modules by address are counted in a note, for no advisories of them are
  known.
- Rust: executables tell their crates where \`cargo auditable\` built them. A crate in a folder cannot
  be told from one of the workspace, so both count.
- Java: all Maven metadata of an archive count; without any, manifest and file name tell, and the
  group may be a guess. \`pom.xml\` is read alone: what only its parent says is told as missing.
- Erlang: applications of Erlang and Elixir themselves, and R's base packages, are no packages of a
  registry and do not count.
- Bills of materials (\`sbom\`) are told by what they say: CycloneDX as JSON or XML, SPDX 2 as JSON,
  YAML, RDF or tag-value, SPDX 3, Syft's JSON, each also as the predicate of a statement. Components
  count by their package URL, others are counted in a note. In an image its packages of systems do
  not count, for the system's own database tells them; \`assay scan sbom:FILE\` (\`sbom-given\`) counts
  all.
- pacman, portage, opkg, Container-Optimized OS and Nix (of which the names in \`nix/store\` are all
  that tells): their packages are listed, and their systems are UNSUPPORTED, for nobody publishes
  advisories of them in a form that is read. An image with packages of Homebrew, Snap, Flatpak,
  conda, vcpkg, LuaRocks, Nim, CPAN or WordPress is INCOMPLETE (\`ecosystem-unknown\`): what is wrong
  with those is not known.
- Runtimes that were unpacked into an image are told by files that say for certain what they are. Of
  Go's, the standard library and the commands have advisories; of Java, Node.js, Python and
  extensions of PHP (PECL) none are read, which \`runtime-not-matched\` says of an image that is else
  COMPLETE.
- WordPress' plugins and themes are named by their folders.
- \`setup.py\`, \`setup.cfg\` and \`pyproject.toml\` ask for ranges by their nature: only what is held to
  one version counts, and the rest is not told. A program is not run: literals are read.
- A wheel is told by its name alone; that it lies there does not mean that it is installed.
- A larger file than its limit is not read, which is told as if it were damaged.
`;

/** Names of files that a row's function tells apart, where names and endings alone do not. */
const FILES: Readonly<Record<string, string>> = {
  'npm-package': '`node_modules/NAME/package.json`',
  'npm-unpacked': '`NAME-VERSION/package.json`',
  'npm-installed-lock': '`node_modules/.package-lock.json`',
  'pnpm-installed-lock': '`node_modules/.pnpm/lock.yaml`',
  'python-metadata': '`*.dist-info/METADATA`',
  'python-egg-info': '`*.egg-info/PKG-INFO`, `EGG-INFO/PKG-INFO`',
  'conda-meta': '`conda-meta/*.json`',
  'pip-requirements': '`*requirements*.txt`, `requirements/*.txt`',
  pylock: '`pylock.toml`, `pylock.*.toml`',
  gemspec: '`specifications/*.gemspec`, `specifications/default/*.gemspec`',
  'composer-installed': '`composer/installed.json`',
  'conda-environment': '`environment*.yml`, `conda.yml` (or `.yaml`)',
  'pacman-desc': '`var/lib/pacman/local/*/desc`',
  'portage-package': '`var/db/pkg/CATEGORY/NAME-VERSION/PF`',
  'cos-packages': '`etc/cos-package-info.json`',
  'brew-receipt': '`Cellar/NAME/VERSION/INSTALL_RECEIPT.json`',
  snap: '`meta/snap.yaml`',
  flatpak: '`flatpak/app/**/export/share/metainfo/*metainfo.xml`',
  'vcpkg-status': '`vcpkg_installed/vcpkg/status`, `installed/vcpkg/status`',
  'cabal-plan': '`cache/plan.json`',
  'lua-rock': '`rocks-*/NAME/VERSION/*.rockspec`',
  'cpan-install': '`.meta/*/install.json`',
  'nimble-package': '`pkgs2/NAME-VERSION-*/*.nimble`',
  'opam-package': '`.opam-switch/packages/NAME.VERSION/opam`',
  'wordpress-core': '`wp-includes/version.php`',
  'wordpress-plugin': '`wp-content/plugins/NAME/*.php`',
  'wordpress-theme': '`wp-content/themes/NAME/style.css`',
  'pear-package': '`.registry/*.reg`',
  'pecl-package': '`.registry/.channel.pecl.php.net/*.reg`',
  'java-release': '`release` of a JDK or JRE',
  'node-release': '`include/node/node_version.h`',
  'python-release': '`include/pythonX.Y/patchlevel.h`',
  'go-release': '`go/VERSION`',
  'go-executable': 'executables by their first bytes',
  'rust-executable': 'executables by their first bytes',
};

const COLUMNS =
  '| Files | Reader | Origin | Type | OSV | Limit |\n| --- | --- | --- | --- | --- | --- |';

/** The page over the tables. */
export function formatScannedFilesReference(): string {
  const rows = LANGUAGE_FAMILIES.map((family) => family.map(formatRow).join('\n'));
  return `${HEAD}\n${COLUMNS}\n${rows.join('\n')}\n`;
}

function formatRow(row: LanguageFile): string {
  const { name, origin, type, ecosystem = 'none' } = row;
  const limit = limitOf(row);
  const files = FILES[name] ?? namesOf(row);
  const cells = [files, `\`${name}\``, origin, `\`${type}\``, ecosystem, limit];
  return `| ${cells.join(' | ')} |`;
}

function limitOf({ cap, byName }: LanguageFile): string {
  if (byName === true) return 'its name';
  return cap === 0 ? 'in passing' : `${cap / (1024 * 1024)} MiB`;
}

function namesOf({ names = [], endings = [], when }: LanguageFile): string {
  const files = [...names, ...endings.map((ending) => `*${ending}`)].map((file) => `\`${file}\``);
  return files.join(', ') + (when === undefined ? '' : ' (in some folders)');
}

if (process.argv[1] === import.meta.filename) {
  const page = new URL('../docs/reference/scanned-files.md', import.meta.url);
  writeFileSync(page, formatScannedFilesReference());
}
