/** Reads a VEX document of any form from JSON that was already read strictly. */
import { AssayError } from '../../domain/error.ts';
import { isJsonObject, type JsonObject } from '../../domain/json.ts';
import type { VexDocument } from '../../domain/vex-document.ts';
import { isCsaf, parseCsafVex } from './parse-csaf-vex.ts';
import { isCycloneDx, parseCycloneDxVex } from './parse-cyclonedx-vex.ts';
import { isOpenVex, parseOpenVex } from './parse-openvex.ts';

interface VexForm {
  readonly recognises: (json: JsonObject) => boolean;
  readonly parse: (json: unknown) => VexDocument;
}

const FORMS: readonly VexForm[] = [
  { recognises: (json) => isOpenVex(json['@context']), parse: parseOpenVex },
  { recognises: (json) => isCycloneDx(json['bomFormat']), parse: parseCycloneDxVex },
  { recognises: (json) => isCsaf(json['document']), parse: parseCsafVex },
];

/** Reads a document; refuses, as `invalid-advisory`, one of no form that is read here. */
export function parseVex(json: unknown): VexDocument {
  const form = isJsonObject(json) ? FORMS.find(({ recognises }) => recognises(json)) : undefined;
  if (form !== undefined) return form.parse(json);
  throw new AssayError(
    'invalid-advisory',
    'the document is no VEX that is read here; wanted is OpenVEX 0.2.0, CycloneDX 1.4 to 1.6 ' +
      'with vulnerabilities, or CSAF 2.0 of category csaf_vex, each as JSON',
  );
}
