/**
 * What a hostile image may not do, rule by rule, with the tests that hold each: a test that is
 * renamed or removed without another in its place fails here. A row: the rule, then `file: title`.
 */
import { expect, it } from 'vitest';
import { missingTests, type NamedTest } from './support/named-test.ts';

const LAYER = 'src/image/read-layer.test.ts';
const FOLD = 'src/image/fold-layers.test.ts';
const MANIFEST = 'src/image/manifest.test.ts';
const IMAGE = 'src/operations/read-image.test.ts';
const PACKAGES = 'src/scanner/read-packages.test.ts';
const DATABASE = 'src/scanner/extract/package-database.test.ts';
const RPM = 'src/scanner/extract/rpm-database.test.ts';
const JAVA = 'src/scanner/extract/java-archive.test.ts';
const REGISTRY = 'src/remote/registry-client.test.ts';
const STREAM = 'src/remote/verify-stream.test.ts';
const IMAGES = 'test/flows/hostile-images.test.ts';
const MANIFESTS = 'test/flows/hostile-manifests.test.ts';
const SCANS = 'test/flows/robust-scans.test.ts';

type Row = readonly [rule: string, ...tests: readonly NamedTest[]];

const RULES: readonly Row[] = [
  [
    'nothing is unpacked to disk; a name cannot leave the tree',
    [SCANS, 'a scan writes into its data folder and nowhere else'],
    [LAYER, 'a wanted file by traversal is fatal'],
    [LAYER, 'an absolute one, too'],
    [IMAGES, 'names that climb out'],
    [IMAGES, 'an absolute name'],
    ['src/image/entry-path.test.ts', '..'],
  ],
  [
    'links are followed inside the image, to a depth; a cycle is a note and the rest goes on',
    [FOLD, 'two links to each other'],
    [FOLD, 'nine links'],
    [FOLD, 'a link out of the root'],
    [PACKAGES, 'with a cycle is a note, and the rest goes on'],
    [IMAGES, 'a loop of folders'],
    [SCANS, 'hard links in a ring are no end of the scan'],
    [FOLD, 'an image of endless directories is given up, fatally'],
  ],
  [
    'a database behind links is found',
    [IMAGES, 'a hard-linked status'],
    [IMAGES, 'a symlinked status'],
    [IMAGES, 'a symlinked /var/lib/dpkg'],
    [IMAGES, 'a link in one layer, its target in the next'],
  ],
  [
    'every cap of a layer is INCOMPLETE by name',
    [LAYER, 'a bomb by ratio'],
    [LAYER, 'bytes of tar'],
    [LAYER, 'bytes received'],
    [LAYER, "'entries'"],
    [LAYER, 'kept entries'],
    [LAYER, 'kept names'],
    [LAYER, 'name length'],
    [LAYER, 'wanted bytes'],
    [LAYER, 'many header extensions of type'],
    [LAYER, 'one wanted file: the others are still read'],
    [IMAGES, 'a gzip bomb'],
    [IMAGES, 'a zstd bomb'],
    [IMAGES, 'an incomplete scan is never printed as 0 vulnerabilities'],
  ],
  [
    'every cap of an image is INCOMPLETE by name, also by layers that are known',
    [IMAGE, 'no layer is over a cap, but all together are over that on'],
    [IMAGE, 'facts that another image left count as if they were read now'],
  ],
  [
    'nested archives are bounded in depth, number, bytes and ratio',
    [JAVA, 'deeper ones are not read, which is fatal'],
    [JAVA, 'many that inflate well are read only so far, which is fatal'],
    [JAVA, 'one that claims to be huge is not inflated'],
    [JAVA, 'a bomb stops where its size says'],
    [JAVA, 'attack: files that lie over each other are not inflated'],
    [JAVA, 'one of more files than are read'],
    [IMAGE, '%s of nested archives'],
    [SCANS, 'packages of an archive within one are found'],
    [SCANS, 'a bomb within one: INCOMPLETE by name'],
  ],
  [
    'digest and size are verified while bytes pass; a layer may not be endless, short or another',
    [STREAM, 'attack: a single changed byte is a digest mismatch'],
    [STREAM, 'attack: more bytes than described end the reading before they are passed on'],
    [REGISTRY, 'sends an endless blob: reading ends at the size described'],
    [REGISTRY, 'fewer bytes than described'],
    [MANIFESTS, 'a layer of other bytes'],
    [MANIFESTS, 'a layer of other length'],
    [MANIFESTS, 'a layer that is absent'],
    [LAYER, 'is released when a cap on bytes stops the reading'],
    [SCANS, 'wrong diff_ids change nothing: the bytes decide'],
  ],
  [
    'foreign layer URLs and redirects to inner addresses are never followed',
    [MANIFESTS, '%s with URLs is never fetched'],
    [MANIFEST, "'urls'"],
    [REGISTRY, 'a cloud metadata address'],
  ],
  [
    'credentials go to the registry that asked, and nowhere else',
    [REGISTRY, 'are followed, without the credential once the port differs'],
    [REGISTRY, 'attack: a way out and back does not get the credential again'],
    [REGISTRY, "attack: a registry that names another's realm gets neither token nor password"],
  ],
  [
    'compression is told by magic bytes: gzip of many members, zstd, none; what follows is damage',
    [LAYER, 'gzip of two members'],
    [LAYER, 'zstd of two frames'],
    [LAYER, "'plain'"],
    [LAYER, 'zeros after gzip'],
    [LAYER, 'junk after zstd'],
    [IMAGES, 'a gzip that breaks off'],
    [IMAGES, 'a zstd that breaks off'],
    [IMAGES, 'another compression'],
  ],
  [
    'an index is read by its platforms; documents of two kinds and schema 1 are refused',
    [MANIFESTS, 'both manifest and index'],
    [MANIFESTS, 'an index that says it is a manifest'],
    [MANIFESTS, 'schema 1'],
    [MANIFESTS, 'a missing mediaType is none of them'],
    [MANIFESTS, 'an index within an index'],
    [MANIFEST, 'an attestation'],
  ],
  [
    'duplicate entries: the last wins; whiteouts and opaque folders act on lower layers, in any order',
    [IMAGES, 'a status written twice'],
    [FOLD, 'the last of two entries in one layer wins'],
    [FOLD, 'a whiteout acts on lower layers only'],
    [FOLD, 'so does an opaque directory'],
    [FOLD, 'a whiteout through a link is ignored'],
    [SCANS, 'a whiteout, an opaque folder and the file in one layer, in any order'],
  ],
  [
    'devices, pipes, sparse files and other types are no contents',
    [SCANS, "'a device'"],
    [SCANS, "'a pipe'"],
    [SCANS, "'a sparse file'"],
    [LAYER, 'old GNU sparse maps are passed over'],
    [LAYER, 'pax sparse under another name'],
    [LAYER, 'an unknown type'],
  ],
  [
    'headers: pax and GNU names, huge and lying ones, names that are no UTF-8',
    [LAYER, 'GNU long name'],
    [LAYER, 'pax path holds once'],
    [LAYER, 'a global pax path'],
    [LAYER, 'a pax length that lies'],
    [LAYER, 'a pax header of more than a mebibyte, before any of it is kept'],
    [LAYER, 'that are no UTF-8 stay apart'],
    [LAYER, 'a negative size'],
    [SCANS, 'a layer of header extensions alone is damage, and the rest is told'],
  ],
  [
    'a malformed stanza is skipped and told; what is not installed does not count',
    [DATABASE, 'a flood of malformed entries is told twenty times and counted'],
    [IMAGES, 'a stanza without a version'],
    [PACKAGES, 'reads distroless files, each from its layer, and not their checksums'],
    [FOLD, 'writing through a linked directory'],
  ],
  [
    'rpm databases of any bytes end, and say so',
    [RPM, 'never throws, whatever bytes are changed or missing'],
    [RPM, 'a view without end'],
    [RPM, 'a chain in a ring'],
    [SCANS, 'hostile bytes as %s: INCOMPLETE by name'],
  ],
  [
    'no bytes make a reader throw or hang',
    [LAYER, 'random bytes, also behind each magic, give facts'],
    [LAYER, 'a tar with one byte changed gives facts'],
    [FOLD, 'any layers fold to clean paths, and every path resolves to an end'],
    [MANIFEST, 'random bytes and random JSON with nothing but AssayError'],
    [JAVA, 'any changed bytes give a value'],
    ['src/scanner/extract/executable-inspector.test.ts', 'executables of any bytes end with'],
    ['src/scanner/extract/language-cases.test.ts', 'any bytes'],
  ],
  [
    'no output has a credential, a secret of the environment or a terminal sequence',
    [SCANS, 'no output has a secret of the environment'],
    [IMAGES, 'names that would move a cursor are made visible'],
    [REGISTRY, 'attack: storage that asks for credentials gets none, and its query stays out'],
  ],
];

const TABLE = RULES.map(([rule, ...tests]) => ({ rule, tests }));

it.each(TABLE)('$rule', ({ tests }) => {
  expect(tests.length).toBeGreaterThan(0);
  expect(missingTests(tests)).toEqual([]);
});
