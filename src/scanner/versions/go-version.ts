/**
 * The order of Go modules (https://go.dev/ref/mod#versions) and of the standard library and the
 * tool chain (https://go.dev/doc/toolchain#version). Modules are Semantic Versioning with `v`,
 * which OSV leaves out; pseudo-versions are pre-releases whose time decides, and `+incompatible` is
 * build metadata. `go1.20rc1` is what OSV writes as 1.20.0-rc.1; experiments after a blank
 * (`go1.22 X:boringcrypto`) do not count.
 */
import type { SemanticVersion } from './semantic-version.ts';
import { comparePrecedence, readSemanticVersion } from './semantic-version.ts';
import { comparerOf } from './version-order.ts';

const TOOLCHAIN_PRE = /^(alpha|beta|rc)(\d+)$/;

/** Negative, zero or positive as the first version is older, equal or newer. */
export const compareGoVersions = comparerOf({
  name: 'Go version',
  form: 'vMAJOR.MINOR.PATCH[-PRE-RELEASE][+incompatible] or goMAJOR.MINOR[.PATCH][rcN]',
  read: readGoVersion,
  compare: comparePrecedence,
});

function readGoVersion(text: string): SemanticVersion | undefined {
  const blank = text.indexOf(' ');
  const word = blank === -1 ? text : text.slice(0, blank);
  const version = readSemanticVersion(word.startsWith('go') ? word.slice(2) : word);
  if (version === undefined || !hasBarePre(word, version)) return version;
  const [, kind, number] = TOOLCHAIN_PRE.exec(version.pre[0] ?? '') ?? [];
  return kind === undefined || number === undefined
    ? undefined
    : { ...version, pre: [kind, number] };
}

/** Tells `1.20rc1`, the tool chain's form, from `1.20.0-rc1`, a module's. */
function hasBarePre(word: string, version: SemanticVersion): boolean {
  return version.pre.length > 0 && !word.includes('-');
}
