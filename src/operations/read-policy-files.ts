/** Policies from files: one of Binary Authorization, one of trust, or both, and the system's. */
import { AssayError, isAssayError } from '../domain/error.ts';
import { authoritiesOf } from '../domain/image-trust-policy.ts';
import type { PolicyDocument } from '../domain/policy-document.ts';
import type { Micros } from '../domain/time.ts';
import {
  parsePolicyYaml,
  parseSystemPolicyYaml,
  parseYamlDocuments,
} from '../google/policy-yaml.ts';
import type { JudgingDocument } from '../policy/evaluate.ts';
import { BUILT_IN_SYSTEM_POLICY } from '../policy/system-policy.ts';
import { readTextFile } from '../remote/read-text-file.ts';
import type { KeptPolicy, NewPolicy, PolicyId, PolicyKind } from '../store/policy-rows.ts';
import { policyOf, regoPolicyOf, SYSTEM_POLICY_ID, trustPolicyOf } from './new-policy.ts';
import { ownKindOf, readOwnDocument } from './own-documents.ts';
import { readDocumentFile } from './read-document-file.ts';

/** Largest file that is read, in bytes. */
const MAX_FILE_BYTES = 4 * 1024 * 1024;

/** Which files. */
export interface PolicyFiles {
  readonly policies: readonly string[];
  readonly project: string;
  /** Path of a file in place of the built-in system policy. */
  readonly systemPolicy?: string;
}

/** Reads the files; refuses none, two policies of one kind, and what cannot be judged by. */
export async function readPolicyFiles(
  files: PolicyFiles,
  now: Micros,
): Promise<readonly JudgingDocument[]> {
  const documents: JudgingDocument[] = [];
  for (const path of files.policies) {
    const text = await readDocumentFile(path);
    const document = await readTextAs(path, text, (given) => readPolicy(given, files.project, now));
    const other = documents.find(({ kind }) => kind === document.kind);
    if (other !== undefined) {
      const message = `${path} is a second ${document.kind}; a project has one of each kind`;
      throw new AssayError('invalid-argument', message);
    }
    documents.push(document);
  }
  return [...documents, await readSystemPolicy(files)];
}

async function readPolicy(text: string, project: string, now: Micros): Promise<JudgingDocument> {
  const [first] = parseYamlDocuments(text, 'invalid-policy');
  if (first === undefined || ownKindOf(first) === undefined) {
    return documentOf(policyOf(project), parsePolicyYaml(text).policy, text);
  }
  const document = readOwnDocument(text);
  if (document.kind === 'RegoPolicy') {
    return documentOf(regoPolicyOf(project), document.parsed, text);
  }
  // The libraries of signatures are loaded where somebody trusts any.
  const { checkAuthorities } = await import('./prepare-trust.ts');
  await checkAuthorities(authoritiesOf(document.parsed), now);
  return documentOf(trustPolicyOf(project), document.parsed, text);
}

async function readSystemPolicy({ systemPolicy }: PolicyFiles): Promise<PolicyDocument> {
  if (systemPolicy === undefined) return documentOf(SYSTEM_POLICY_ID, BUILT_IN_SYSTEM_POLICY, '');
  return readFileAs(systemPolicy, (text) =>
    documentOf(SYSTEM_POLICY_ID, parseSystemPolicyYaml(text), text),
  );
}

function documentOf<Kind extends PolicyKind>(
  id: PolicyId<Kind>,
  parsed: NewPolicy<Kind>['parsed'],
  source: string,
): KeptPolicy<Kind> {
  return { ...id, revision: 0, source, parsed, createTime: 0, etag: '' };
}

/** Reads a file; what is wrong with its text names the file. */
export async function readFileAs<T>(
  path: string,
  read: (text: string) => T | Promise<T>,
): Promise<T> {
  return readTextAs(path, await readTextFile(path, MAX_FILE_BYTES), read);
}

async function readTextAs<T>(
  path: string,
  text: string,
  read: (text: string) => T | Promise<T>,
): Promise<T> {
  try {
    return await read(text);
  } catch (cause) {
    if (!isAssayError(cause)) throw cause;
    throw new AssayError(cause.code, `${path}: ${cause.message}`, { cause });
  }
}
