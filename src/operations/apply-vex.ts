/**
 * Findings of an image with what VEX documents of the project's configured authors say of them. It
 * is asked anew for each answer, so that a document or key that was taken away counts no more. What
 * lies in an image or beside it in its registry is never looked at: an image cannot clear itself.
 */
import type { Digest } from '../domain/digest.ts';
import type { VexAssessment } from '../domain/vex-document.ts';
import type {
  AuthoredStatement,
  StatementIndex,
  VexSubject,
} from '../scanner/match/assess-finding.ts';
import { findLinkingDigests } from '../store/image-rows.ts';
import { listVexAuthors } from '../store/vex-author-rows.ts';
import { findVexStatements } from '../store/vex-document-rows.ts';
import type { Deps } from './deps.ts';
import { vexStanding } from './vex-standing.ts';

/** Whose documents, and which image. */
export interface VexPlace {
  readonly project: string;
  readonly digest: Digest;
  /** `registry/path`; absent: it lies in a file. */
  readonly repository?: string;
}

type Effects = Pick<Deps, 'store' | 'now'>;

/** Findings, each with the assessment that stands for it, where there is one. */
export async function withVex<T extends VexSubject>(
  deps: Effects,
  place: VexPlace,
  findings: readonly T[],
): Promise<readonly (T & { readonly vex?: VexAssessment })[]> {
  const index = await findStatements(deps, place.project, findings);
  if (index === undefined) return findings;
  const { assessFinding } = await import('../scanner/match/assess-finding.ts');
  const image = await imageOf(deps, place);
  return findings.map((finding) => {
    const vex = assessFinding(finding, image, index);
    return vex === undefined ? finding : { ...finding, vex };
  });
}

/** The statements on some findings that count now, by their ids; undefined: there is none. */
export async function findStatements(
  deps: Effects,
  project: string,
  findings: readonly VexSubject[],
): Promise<StatementIndex | undefined> {
  const authors = findings.length === 0 ? [] : await listVexAuthors(deps.store, project);
  if (authors.length === 0) return undefined;
  const { indexStatements, vulnerabilityIds } = await import('../scanner/match/assess-finding.ts');
  const ids = [...new Set(findings.flatMap(vulnerabilityIds))];
  const kept = await findVexStatements(deps.store, project, ids);
  const at = { authors, now: deps.now() };
  const counting = kept.filter(({ document }) => vexStanding(document, at) === 'counts');
  if (counting.length === 0) return undefined;
  return indexStatements(
    counting.map(({ said, document }): AuthoredStatement => {
      const { author, documentId, version } = document;
      return { ...said, author, document: documentId, version };
    }),
  );
}

/** A statement on an index covers the images that it lists; one on an image covers no other. */
async function imageOf({ store }: Effects, { digest, repository }: VexPlace) {
  const indexes = await findLinkingDigests(store, 'index-manifest', digest);
  return {
    digests: new Set([digest, ...indexes]),
    ...(repository === undefined ? {} : { repository }),
  };
}
