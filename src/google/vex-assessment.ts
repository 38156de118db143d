/**
 * What a project's VEX says of the vulnerabilities of its images, by notes or by documents that its
 * authors signed: the `vexAssessment` of a vulnerability occurrence
 * (grafeas/v1/vulnerability.proto). It is the project's word beside the
 * scanner's: severity, score and verdicts stay what they are.
 */
import { cvesOf } from '../domain/cve.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import type { Note, Occurrence } from '../domain/note.ts';
import { parseNoteName } from '../domain/resource-name.ts';
import { resourceKey } from '../domain/resource-url.ts';
import type { VexAssessment } from '../domain/vex-document.ts';
import { withoutAbsent } from './beta-note.ts';

/** The URIs that a note about an image may name: its digest, or the image of any version. */
export function productsOf(resourceUri: string): readonly [digest: string, image: string] {
  const digest = resourceKey(resourceUri);
  const at = digest.lastIndexOf('@');
  return [digest, at < 0 ? digest : digest.slice(0, at)];
}

/** What the scanner's finding calls a vulnerability beside the occurrence's own names. */
export interface FoundNames {
  readonly advisoryId: string;
  readonly aliases: readonly string[];
}

/**
 * A vulnerability occurrence with what the notes say of it. A note about the very digest goes
 * before one about the image of any version, and of several the one that was changed last. A note
 * names a vulnerability as a document does: by any of its names, in whatever case; and one that
 * clears one CVE of several does not speak of the advisory that gathers them.
 */
export function assessOccurrence(
  occurrence: Occurrence,
  notes: readonly Note[],
  found: FoundNames = namesOf(occurrence),
): Occurrence {
  const fitting = notes.filter((note) => isOn(note, found));
  const [digest, image] = productsOf(occurrence.resourceUri);
  const scopes = [digest, image].map((product) => fitting.filter((note) => isAbout(note, product)));
  const [best] = scopes.flatMap((scope) => scope.toSorted((a, b) => b.updateTime - a.updateTime));
  if (best === undefined) return occurrence;
  return { ...occurrence, detail: { ...occurrence.detail, vexAssessment: assessmentOf(best) } };
}

function assessmentOf(note: Note): JsonObject {
  const assessment = note.detail['assessment'] as JsonObject;
  const { cve, vulnerabilityId, relatedUris, state, impacts, remediations, justification } =
    assessment;
  const said = { cve, vulnerabilityId, relatedUris, state, impacts, remediations, justification };
  return withoutAbsent({ ...said, noteName: note.name });
}

/** A vulnerability occurrence with what a signed document of a configured author says of it. */
export function withAssessment(occurrence: Occurrence, vex: VexAssessment): Occurrence {
  const { status, justification, impact, action, author, document } = vex;
  const { advisoryId, aliases } = namesOf(occurrence);
  const cve = [...aliases, advisoryId].find((id) => id.startsWith('CVE-'));
  const said = withoutAbsent({
    cve,
    vulnerabilityId: cve ?? advisoryId,
    relatedUris: [{ url: document, label: `VEX document signed by ${author}` }],
    state: status.toUpperCase(),
    impacts: impact === undefined ? undefined : [impact],
    remediations:
      action === undefined ? undefined : [{ remediationType: 'MITIGATION', details: action }],
    justification: justification && { justificationType: justification.toUpperCase() },
  });
  return { ...occurrence, detail: { ...occurrence.detail, vexAssessment: said } };
}

/** What a vulnerability is called: by its CVE, and by the advisory that the scanner went by. */
function namesOf({ detail, noteName }: Occurrence): FoundNames {
  const { shortDescription } = detail;
  const aliases = typeof shortDescription === 'string' ? [shortDescription] : [];
  return { advisoryId: parseNoteName(noteName).note, aliases };
}

const CLEARING: ReadonlySet<string> = new Set(['NOT_AFFECTED', 'FIXED']);

/** `cve` is what older clients write in the place of `vulnerabilityId`. */
function isOn(note: Note, { advisoryId, aliases }: FoundNames): boolean {
  const named = textAt(note, 'assessment', 'vulnerabilityId') || textAt(note, 'assessment', 'cve');
  const id = named.toUpperCase();
  if (id === advisoryId.toUpperCase()) return true;
  if (!aliases.some((alias) => alias.toUpperCase() === id)) return false;
  const whole = cvesOf(advisoryId, aliases).length <= 1;
  return whole || !CLEARING.has(textAt(note, 'assessment', 'state'));
}

function isAbout(note: Note, product: string): boolean {
  return resourceKey(textAt(note, 'product', 'genericUri')) === product;
}

function textAt({ detail }: Note, part: string, field: string): string {
  const value: Json | undefined = (detail[part] as JsonObject | undefined)?.[field];
  return typeof value === 'string' ? value : '';
}
