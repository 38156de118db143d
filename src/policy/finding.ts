/** What one judgement says of an image, before it is put together with the image's names. */
import type { ImageVerdict, VerdictStep } from '../domain/verdict.ts';

/** What a judgement adds to the image it is about. */
export type Finding = Pick<
  ImageVerdict,
  'outcome' | 'sentence' | 'found' | 'wanted' | 'fix' | 'steps'
>;

/** Makes one step of an explanation. */
export function step(name: string, result: VerdictStep['result'], message: string): VerdictStep {
  return { step: name, result, message };
}
