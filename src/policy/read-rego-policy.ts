/** A policy in Rego as people write it, read to its value; its modules are compiled here too. */
import { AssayError } from '../domain/error.ts';
import type { RegoPolicy } from '../domain/rego-policy.ts';
import { compilePolicy } from '../rego/compile-policy.ts';
import { formatProblem, parseSources, problemsOf, type RegoProblem } from '../rego/rego-job.ts';
import { POLICY_BUILTINS } from './assay-builtins.ts';
import { blindness } from './rego-input.ts';
import { regoQuestions, sourcesOf } from './rego-questions.ts';
import {
  type Field,
  fieldOf,
  readMap,
  readObject,
  readOptionalText,
  readTexts,
  readWord,
  refuseField,
} from './document-fields.ts';

/** The kind by which a document says what it is. */
export const REGO_KIND = 'RegoPolicy';

const KEYS = [
  'kind',
  'schemaVersion',
  'description',
  'enforcement',
  'regoVersion',
  'input',
  'parameters',
  'package',
  'module',
  'modules',
  'data',
];
const MAX_MODULES = 200;
/** Characters of all modules together: compiled, each takes some 120 bytes. */
const MAX_TEXT = 1 << 20;
/** The name of a document's one module in messages. */
const ONE_MODULE = 'module.rego';

/**
 * Reads a document; refuses with `invalid-policy` and the place whatever is not known, modules that
 * do not compile, and a policy without any rule that decides.
 */
export function readRegoPolicy(value: unknown): RegoPolicy {
  const policy = readRegoDocument(value);
  refuseProblems(problemsOfModules(policy));
  checkDecides(policy);
  return policy;
}

/** Reads a document whose modules are compiled elsewhere. */
export function readRegoDocument(value: unknown): RegoPolicy {
  const whole: Field = { value, path: ['the policy in Rego'] };
  const object = readObject(whole, KEYS);
  const at = (key: string): Field => fieldOf(object, key, whole);
  readWord(at('kind'), [REGO_KIND]);
  if (object['schemaVersion'] !== 1) refuseField(at('schemaVersion'), 'is not 1');
  const description = readOptionalText(at('description'));
  const only = readOptionalText(at('package'));
  const [parameters, data] = ['parameters', 'data'].map((key) =>
    object[key] === undefined ? undefined : readMap(at(key)),
  );
  const policy: RegoPolicy = {
    ...(description !== undefined && { description }),
    enforcement: readWord(at('enforcement'), ['enforce', 'dry-run']),
    regoVersion: readWord(at('regoVersion'), ['v1', 'v0']),
    input: readWord(at('input'), ['admission-review', 'object', 'gatekeeper']),
    ...(parameters && { parameters }),
    ...(only !== undefined && { package: only }),
    modules: readModules(at('module'), at('modules')),
    ...(data && { data }),
  };
  if (parameters && policy.input !== 'gatekeeper') {
    refuseField(at('parameters'), 'are given to policies with "input: gatekeeper" alone');
  }
  return policy;
}

function readModules(one: Field, many: Field): Readonly<Record<string, string>> {
  const text = readOptionalText(one);
  const texts = readTexts(many);
  if ((text === undefined) === (texts === undefined)) {
    refuseField(one, 'is wanted with the text of a module, or modules with several; not both');
  }
  const modules = texts ?? { [ONE_MODULE]: text ?? '' };
  const count = Object.keys(modules).length;
  if (count === 0 || count > MAX_MODULES)
    refuseField(many, `are ${count}; wanted 1 to ${MAX_MODULES}`);
  const size = Object.values(modules).reduce((sum, one) => sum + one.length, 0);
  if (size > MAX_TEXT) refuseField(many, `have ${size} characters; wanted at most ${MAX_TEXT}`);
  return modules;
}

/** Looks for rules that decide, and whether they can see what they judge; the modules compile. */
export function checkDecides(policy: RegoPolicy): void {
  const modules = parseSources(sourcesOf(policy));
  if (regoQuestions(policy).length === 0) {
    const where = policy.package === undefined ? 'no package' : `package ${policy.package}`;
    const wanted = 'wanted deny, violation, warn, allow, response or main';
    const message = `the policy decides nothing: ${where} has such a rule; ${wanted}`;
    throw new AssayError('invalid-policy', message);
  }
  const blind = blindness(modules, policy.input);
  if (blind === undefined) return;
  const { at, message, hint } = blind;
  const place = `${at.file}:${at.line}:${at.column}`;
  throw new AssayError('invalid-policy', `the policy sees nothing: ${place} ${message}; ${hint}`);
}

function problemsOfModules(policy: RegoPolicy): readonly RegoProblem[] {
  try {
    compilePolicy({ modules: parseSources(sourcesOf(policy)), builtins: POLICY_BUILTINS });
    return [];
  } catch (error) {
    return problemsOf(error);
  }
}

/** Refuses with `invalid-policy` what compiling found, where it found anything. */
export function refuseProblems(problems: readonly RegoProblem[]): void {
  if (problems.length === 0) return;
  const found = problems.map(formatProblem).join('\n');
  throw new AssayError('invalid-policy', `the policy does not compile:\n${found}`);
}
