/** Bills of materials: those that lie in an image, and one that is given to be scanned. */
import { GIVEN_SBOM } from '../../domain/software-package.ts';
import type { LanguageFile } from './language-file.ts';
import { readDeclaredSbom, readGivenSbom } from './sbom-file.ts';

const MEBIBYTE = 1024 * 1024;

/** The rows; their packages say themselves of which type and ecosystem they are. */
export const SBOM_FILES: readonly LanguageFile[] = [
  {
    name: 'sbom',
    names: ['bom.json', 'bom.xml', 'sbom.json', 'sbom.xml'],
    endings: [
      '.cdx',
      '.cdx.json',
      '.cdx.xml',
      '.spdx',
      '.spdx.json',
      '.spdx.rdf',
      '.spdx.rdf.xml',
      '.spdx.xml',
      '.spdx.yaml',
      '.spdx.yml',
      '.sbom.json',
      '.bom.json',
      '.syft.json',
    ],
    type: 'by purl',
    origin: 'declared',
    cap: 64 * MEBIBYTE,
    read: readDeclaredSbom,
  },
  {
    name: 'sbom-given',
    names: [GIVEN_SBOM],
    when: (path) => path === GIVEN_SBOM,
    type: 'by purl',
    origin: 'installed',
    cap: 128 * MEBIBYTE,
    read: readGivenSbom,
  },
];
