/**
 * The AdmissionReview that a policy in Rego is shown, whatever form the question came in: the one
 * that was received, one around an object of a file, or one around the pod of an ImageReview, of
 * which no more is known than its images, namespace and annotations.
 */
import { isJsonObject, type JsonObject } from '../domain/json.ts';
import type { AdmissionRequest } from '../domain/verdict.ts';

const API = { apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview' };

/** The review of an object that was read from a file. */
export function reviewOfObject(object: JsonObject, request: AdmissionRequest): JsonObject {
  if (object['kind'] === 'AdmissionReview') return object;
  if (object['kind'] === 'ImageReview') return reviewOfImages(request);
  const { group, version } = groupOf(object['apiVersion']);
  const metadata = isJsonObject(object['metadata']) ? object['metadata'] : {};
  return {
    ...API,
    request: {
      uid: '',
      kind: { group, version, kind: object['kind'] ?? '' },
      operation: 'CREATE',
      name: metadata['name'] ?? '',
      namespace: metadata['namespace'] ?? request.namespace ?? '',
      object,
    },
  };
}

/** The review of a pod of which only its images are known. */
export function reviewOfImages({ namespace, annotations, images }: AdmissionRequest): JsonObject {
  const at = namespace ?? '';
  const containers = images.map(({ image }, index) => ({ name: `container-${index}`, image }));
  return {
    ...API,
    request: {
      uid: '',
      kind: { group: '', version: 'v1', kind: 'Pod' },
      operation: 'CREATE',
      name: '',
      namespace: at,
      object: {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { namespace: at, annotations },
        spec: { containers },
      },
    },
  };
}

/** How people call an object: `Deployment shop/web`; that of a review for the review. */
export function objectName(object: JsonObject): string {
  const { request, kind, metadata } = object;
  if (kind === 'AdmissionReview' && isJsonObject(request) && isJsonObject(request['object'])) {
    return objectName(request['object']);
  }
  const { namespace, name, generateName } = isJsonObject(metadata) ? metadata : {};
  const named = [namespace, name ?? generateName].filter((part) => typeof part === 'string');
  const word = typeof kind === 'string' ? kind : 'object';
  return named.length === 0 ? word : `${word} ${named.join('/')}`;
}

function groupOf(apiVersion: unknown): { group: string; version: string } {
  const text = typeof apiVersion === 'string' ? apiVersion : '';
  const [group = '', version] = text.split('/');
  return version === undefined ? { group: '', version: group } : { group, version };
}
