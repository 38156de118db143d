/** A verdict for a person's eyes: each image, each step, and what to do about a denial. */
import { terminalText } from '../domain/terminal-text.ts';
import type { ImageVerdict, Verdict, VerdictStep } from '../domain/verdict.ts';

const MARKS: Readonly<Record<VerdictStep['result'], string>> = {
  pass: '+',
  fail: 'x',
  skip: '-',
  note: ' ',
};

/** Prints the images of a verdict with their steps. Control characters are replaced. */
export function explainVerdict(verdict: Verdict): string {
  return verdict.images.map((image) => explainImage(image)).join('');
}

function explainImage(image: ImageVerdict): string {
  const lines = [
    '',
    `${image.outcome.toUpperCase().padEnd(10)} ${image.image}`,
    `           (${image.field})`,
    ...image.steps.map((one) => `  ${MARKS[one.result]} ${one.step.padEnd(16)} ${one.message}`),
    ...remedy(image),
  ];
  return `${lines.map(terminalText).join('\n')}\n`;
}

function remedy(image: ImageVerdict): readonly string[] {
  if (image.outcome === 'allow') return [];
  return [
    `  ${image.sentence}`,
    `  found:  ${image.found}`,
    `  wanted: ${image.wanted}`,
    `  fix:    ${image.fix}`,
  ];
}
