/** Pushing to a registry as the OCI distribution specification says it: uploads, then the manifest. */
import type { DemoBlob, DemoImage } from './demo-image.ts';

/** A repository of a registry without authentication. */
export interface DemoRepository {
  /** e.g. `http://127.0.0.1:5000`. */
  readonly registry: string;
  /** e.g. `demo/sample-k8s-app`. */
  readonly path: string;
}

const TIMEOUT_MS = 20_000;

/** Pushes an image under a tag. */
export async function pushImage(
  { registry, path }: DemoRepository,
  image: DemoImage,
  tag: string,
): Promise<void> {
  const repository = `${registry}/v2/${path}`;
  for (const blob of image.blobs) await pushBlob(repository, blob);
  await send(`${repository}/manifests/${tag}`, 'PUT', image.manifest);
}

async function pushBlob(repository: string, blob: DemoBlob): Promise<void> {
  const uploads = `${repository}/blobs/uploads/`;
  const begun = await send(uploads, 'POST');
  const target = new URL(begun.headers.get('location') ?? '', uploads);
  target.searchParams.set('digest', blob.digest);
  await send(target.href, 'PUT', { ...blob, mediaType: 'application/octet-stream' });
}

async function send(
  url: string,
  method: string,
  body?: Pick<DemoBlob, 'bytes' | 'mediaType'>,
): Promise<Response> {
  const content = body && {
    body: Buffer.from(body.bytes),
    headers: { 'content-type': body.mediaType },
  };
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const answer = await fetch(url, { method, signal, ...content });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${url} answered ${answer.status}: ${text}`);
  return answer;
}
