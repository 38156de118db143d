/**
 * Where cluster objects hide their images: every list of containers and every image volume of a
 * pod, inside whatever makes pods. A place that is forgotten here is a way past the policy.
 */
import { AssayError } from '../domain/error.ts';
import { type JsonObject, canonicalJson } from '../domain/json.ts';
import type { RequestedImage } from '../domain/verdict.ts';
import {
  MAX_IMAGES,
  MAX_IMAGE_LENGTH,
  MAX_NAMESPACE_LENGTH,
  type ReviewedImages,
  parseImageReview,
  readContainers,
} from './image-review.ts';
import { readPolicyAnnotations } from './policy-annotations.ts';
import { readList, readObject, readOptionalObject, readText, wrongField } from './read-field.ts';

/** Most objects in one List. */
export const MAX_LIST_ITEMS = 1000;

/** API group and path of the pod (its metadata and spec) of each kind; an empty path: itself. */
const POD_PATHS: Readonly<Record<string, { groups: readonly string[]; path: readonly string[] }>> =
  {
    Pod: { groups: [''], path: [] },
    PodTemplate: { groups: [''], path: ['template'] },
    ReplicationController: { groups: [''], path: ['spec', 'template'] },
    Deployment: { groups: ['apps', 'extensions'], path: ['spec', 'template'] },
    ReplicaSet: { groups: ['apps', 'extensions'], path: ['spec', 'template'] },
    DaemonSet: { groups: ['apps', 'extensions'], path: ['spec', 'template'] },
    StatefulSet: { groups: ['apps'], path: ['spec', 'template'] },
    Job: { groups: ['batch'], path: ['spec', 'template'] },
    CronJob: { groups: ['batch'], path: ['spec', 'jobTemplate', 'spec', 'template'] },
  };

/**
 * Reads the images of a Pod, a workload, an ImageReview, an AdmissionReview, or a List whose items
 * agree in namespace and policy annotations. Fields are paths from the object, such as
 * `spec.template.spec.containers[0].image`. Refuses, with `invalid-argument`, other kinds by name
 * and what does not have its kind's shape.
 */
export function readWorkload(object: unknown): ReviewedImages {
  const [first, ...others] = readWorkloads(object);
  if (first === undefined) throw wrongField('items', [], 'at least one Pod or workload');
  const differs = others.find((other) => contextOf(other) !== contextOf(first));
  if (differs === undefined) {
    return { ...first, images: [first, ...others].flatMap((workload) => workload.images) };
  }
  const field = differs.images[0]?.field ?? 'items';
  throw new AssayError(
    'invalid-argument',
    `${field} stands in another namespace, for another service account or beside other ` +
      'image-policy annotations than the first item; judge the items one by one',
    { details: { field } },
  );
}

/**
 * Reads the images of an object, or of each item of a List, item by item: see {@link readWorkload}.
 */
export function readWorkloads(object: unknown): readonly ReviewedImages[] {
  const body = readObject(object, 'the object');
  const { kind } = body;
  if (kind === 'ImageReview') return [parseImageReview(body)];
  if (kind === 'AdmissionReview') return [readAdmissionReview(body)];
  if (kind !== 'List') return [readPodMaker(body, '')];
  return readList(body['items'], 'items', MAX_LIST_ITEMS).map((item, index) =>
    readPodMaker(readObject(item, `items[${index}]`), `items[${index}].`),
  );
}

/** The object of an AdmissionReview; a pod that is being made may have its namespace only there. */
function readAdmissionReview(body: JsonObject): ReviewedImages {
  if (groupOf(body, '') !== 'admission.k8s.io') {
    throw wrongField('apiVersion', body['apiVersion'], '"admission.k8s.io/v1"');
  }
  const request = readObject(body['request'], 'request');
  const object = readObject(request['object'], 'request.object');
  const asked = readText(request['namespace'], 'request.namespace', MAX_NAMESPACE_LENGTH);
  const place = asked === undefined || asked === '' ? {} : { namespace: asked };
  if (object['kind'] !== 'EphemeralContainers') {
    return { ...readPodMaker(object, 'request.object.'), ...place };
  }
  // Kubernetes before 1.22 sends the ephemeral containers of a pod as a kind of their own.
  const field = 'request.object.ephemeralContainers';
  const images = readContainers(object['ephemeralContainers'], field);
  if (images.length === 0) throw wrongField(field, object['ephemeralContainers'], 'a container');
  return { images, ...place, annotations: {} };
}

/** Reads one Pod or workload; `prefix` is its own path, with the dot. */
function readPodMaker(object: JsonObject, prefix: string): ReviewedImages {
  const kind = knownKind(object, prefix);
  const metadata = readOptionalObject(object['metadata'], `${prefix}metadata`);
  const at = `${prefix}metadata.namespace`;
  const namespace = readText(metadata?.['namespace'], at, MAX_NAMESPACE_LENGTH);
  let pod = object;
  let path = prefix;
  for (const step of kind.path) {
    pod = readObject(pod[step], `${path}${step}`);
    path = `${path}${step}.`;
  }
  const own = readOptionalObject(pod['metadata'], `${path}metadata`);
  const spec = readObject(pod['spec'], `${path}spec`);
  return {
    images: readPodSpec(spec, `${path}spec.`),
    ...(namespace === undefined || namespace === '' ? {} : { namespace }),
    serviceAccount: readServiceAccount(spec, `${path}spec.`),
    annotations: readPolicyAnnotations(own?.['annotations'], `${path}metadata.annotations`),
  };
}

/** The pod's account, by its name of today or its old one; the API server fills in `default`. */
function readServiceAccount(spec: JsonObject, path: string): string {
  const [name, old] = ['serviceAccountName', 'serviceAccount'].map((field) =>
    readText(spec[field], `${path}${field}`, MAX_NAMESPACE_LENGTH),
  );
  return name || old || 'default';
}

/** Every image of a pod: its containers first, as the API server lists them, image volumes last. */
function readPodSpec(spec: JsonObject, path: string): readonly RequestedImage[] {
  const containers = readContainers(spec['containers'], `${path}containers`);
  if (containers.length === 0) {
    throw wrongField(`${path}containers`, spec['containers'], 'a list with a container');
  }
  const images = [
    ...containers,
    ...readContainers(spec['initContainers'], `${path}initContainers`),
    ...readContainers(spec['ephemeralContainers'], `${path}ephemeralContainers`),
    ...readVolumes(spec['volumes'], `${path}volumes`),
  ];
  if (images.length <= MAX_IMAGES) return images;
  throw wrongField(path.slice(0, -1), spec, `at most ${MAX_IMAGES} images in a pod`);
}

function readVolumes(value: unknown, field: string): readonly RequestedImage[] {
  return readList(value, field, MAX_IMAGES).flatMap((item, index) => {
    const at = `${field}[${index}].image`;
    const source = readOptionalObject(readObject(item, `${field}[${index}]`)['image'], at);
    if (source === undefined) return [];
    const image = readText(source['reference'], `${at}.reference`, MAX_IMAGE_LENGTH) ?? '';
    return [{ image, field: `${at}.reference` }];
  });
}

function knownKind(object: JsonObject, prefix: string): { readonly path: readonly string[] } {
  const kind = readText(object['kind'], `${prefix}kind`, 253);
  const known = kind !== undefined && Object.hasOwn(POD_PATHS, kind) ? POD_PATHS[kind] : undefined;
  const kinds = Object.keys(POD_PATHS).join(', ');
  if (known === undefined) throw wrongField(`${prefix}kind`, kind, `one of ${kinds}`);
  if (known.groups.includes(groupOf(object, prefix))) return known;
  const groups = known.groups.map((group) => (group === '' ? '"v1"' : `"${group}/v1"`));
  const wanted = `${groups.join(' or ')}, as a ${kind} has`;
  throw wrongField(`${prefix}apiVersion`, object['apiVersion'], wanted);
}

/** The API group of an object; empty for the core group. */
function groupOf(object: JsonObject, prefix: string): string {
  const version = readText(object['apiVersion'], `${prefix}apiVersion`, 253);
  if (version === undefined || version === '') {
    throw wrongField(`${prefix}apiVersion`, version, 'group/version');
  }
  const slash = version.indexOf('/');
  return slash < 0 ? '' : version.slice(0, slash);
}

/** What a policy looks at besides the images, as comparable text. */
function contextOf(workload: ReviewedImages): string {
  const { namespace = null, serviceAccount = null, annotations } = workload;
  return canonicalJson([namespace, serviceAccount, annotations]);
}
