/**
 * Which package an archive of Java is that has no Maven metadata: what its manifest says (JAR file
 * specification), and its file's name. The group is then a guess by the rules of bundle names.
 */
import { decodeLossy, textLines } from './text-lines.ts';

/** A package by its coordinates; undefined is what nothing tells. */
export interface JavaIdentity {
  readonly name: string | undefined;
  readonly version: string | undefined;
}

/** The main attributes of a manifest, by lower-case name. */
export function readManifest(bytes: Uint8Array): ReadonlyMap<string, string> {
  const attributes = new Map<string, string>();
  let key = '';
  for (const { text } of textLines(decodeLossy(bytes).text)) {
    if (text.trim() === '') {
      if (attributes.size > 0) break;
    } else if (text.startsWith(' ')) {
      // Lines of 72 bytes at most are continued behind a blank.
      const before = attributes.get(key) ?? '';
      if (before.length < 4096) attributes.set(key, before + text.slice(1));
    } else {
      const colon = text.indexOf(':');
      key = text.slice(0, Math.max(colon, 0)).toLowerCase();
      if (colon > 0) attributes.set(key, text.slice(colon + 1).trim());
    }
  }
  return attributes;
}

const VERSIONS: readonly string[] = [
  'plugin-version',
  'implementation-version',
  'bundle-version',
  'specification-version',
  'hudson-version',
];

/** The identity by the manifest and the file's name, e.g. `commons-lang3-3.12.0.jar`. */
export function identify(manifest: ReadonlyMap<string, string>, path: string): JavaIdentity {
  const base = path.slice(path.lastIndexOf('/') + 1).replace(/\.\w{1,8}$/, '');
  const [, stem = base, ending] = /^(.{1,256}?)-(v?\d.{0,100})$/.exec(base) ?? [];
  const artifact = manifest.get('short-name') ?? stem;
  const version = ending ?? VERSIONS.map((key) => manifest.get(key)).find(isVersion);
  const group = groupOf(manifest, artifact);
  if (artifact === '' || (group === undefined && ending === undefined)) {
    return { name: undefined, version };
  }
  return { name: `${group ?? artifact}:${artifact}`, version };
}

function isVersion(text: string | undefined): boolean {
  return text !== undefined && /^v?\d[\w.+-]{0,100}$/.test(text);
}

/** Keys whose value is a group or the bundle's name, which is made of group and artifact. */
const GROUPS: readonly string[] = [
  'group-id',
  'bundle-symbolicname',
  'implementation-vendor-id',
  'automatic-module-name',
  'implementation-title',
];

/** Groups of well-known archives without Maven metadata, by how the artifact's name begins. */
const KNOWN: readonly (readonly [string, string])[] = [
  ['ant', 'org.apache.ant'],
  ['asm', 'org.ow2.asm'],
  ['bcprov-', 'org.bouncycastle'],
  ['bcpkix-', 'org.bouncycastle'],
  ['bcutil-', 'org.bouncycastle'],
  ['checker-qual', 'org.checkerframework'],
  ['groovy', 'org.apache.groovy'],
  ['jna', 'net.java.dev.jna'],
  ['junit-jupiter', 'org.junit.jupiter'],
  ['junit-platform-', 'org.junit.platform'],
  ['junit-vintage-', 'org.junit.vintage'],
  ['kotlin-', 'org.jetbrains.kotlin'],
  ['kotlinx-', 'org.jetbrains.kotlinx'],
  ['micrometer-', 'io.micrometer'],
  ['opentelemetry-', 'io.opentelemetry'],
  ['picocli', 'info.picocli'],
  ['postgresql', 'org.postgresql'],
  ['spring-boot', 'org.springframework.boot'],
  ['spring-security-', 'org.springframework.security'],
  ['xz', 'org.tukaani'],
];

/** The modules of the Spring Framework itself; other projects have names of their own. */
const SPRING: ReadonlySet<string> = new Set(
  (
    'aop aspects beans context context-indexer context-support core expression jcl jdbc jms ' +
    'messaging orm oxm r2dbc test tx web webflux webmvc websocket'
  )
    .split(' ')
    .map((module) => `spring-${module}`),
);

function knownGroup(artifact: string): string | undefined {
  if (SPRING.has(artifact)) return 'org.springframework';
  return KNOWN.find(([start]) =>
    start.endsWith('-') ? artifact.startsWith(start) : isFamily(artifact, start),
  )?.[1];
}

function isFamily(artifact: string, name: string): boolean {
  return artifact === name || artifact.startsWith(`${name}-`);
}

function groupOf(manifest: ReadonlyMap<string, string>, artifact: string): string | undefined {
  const known = knownGroup(artifact);
  if (known !== undefined) return known;
  const [own, ...others] = GROUPS.map((key) => manifest.get(key)?.split(';')[0]?.trim());
  if (own !== undefined && own !== '') return own;
  const dotted = others.find((text) => text !== undefined && isDotted(text));
  return dotted === undefined ? undefined : withoutArtifact(dotted, artifact);
}

function isDotted(text: string): boolean {
  return /^[a-z][\w-]*(?:\.[\w-]+)+$/.test(text.slice(0, 300));
}

/** `org.apache.commons.lang3` of `commons-lang3` is of `org.apache.commons`. */
function withoutArtifact(bundle: string, artifact: string): string {
  const at = bundle.lastIndexOf('.');
  const [above, last] = [bundle.slice(0, at), bundle.slice(at + 1)];
  const joined = `${above.slice(above.lastIndexOf('.') + 1)}-${last}`;
  if (joined === artifact) return above;
  const isArtifact = last === artifact && (artifact.includes('-') || above.split('.').length > 2);
  return isArtifact ? above : bundle;
}
