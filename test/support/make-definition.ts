/** Before the tests: the definition of Google's APIs, where it is missing or of other protos. */
import { makeDescriptors } from '../../scripts/make-descriptors.ts';

/** Makes it; costs some milliseconds where nothing changed. */
export async function setup(): Promise<void> {
  await makeDescriptors();
}
