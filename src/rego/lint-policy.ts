/**
 * What is legal Rego and still a hole in an admission policy: image names that are compared by a
 * part of them. `startswith(image, "registry.example")` lets `registry.example.evil.io` in.
 */
import type { Place } from './rego-error.ts';
import { constantsOf, type Known, textsOf, variablesOf } from './known-texts.ts';
import type { CallTerm, Module, Rule, Term } from './syntax.ts';
import { termsOfRule } from './syntax-terms.ts';

/** One thing to look at. */
export interface RegoWarning {
  readonly at: Place;
  readonly message: string;
  /** What to write instead. */
  readonly hint: string;
}

/** Everything in a module that admits more images than it seems to. */
export function lintPolicy(module: Module): readonly RegoWarning[] {
  const constants = constantsOf(module);
  return module.rules.flatMap((rule) => {
    const known = variablesOf(rule, constants);
    const denied = deniedBy(rule);
    return termsOfRule(rule).flatMap((term) =>
      term.kind === 'call' && !denied.has(term) ? warningsOf(term, known) : [],
    );
  });
}

/** What a rule that denies asks without `not`: it denies more than it seems, which is no hole. */
function deniedBy({ ref, body }: Rule): ReadonlySet<Term> {
  const head = ref.kind === 'var' ? ref : ref.head;
  if (head.kind !== 'var' || !/^(deny|violation|warn)/.test(head.name)) return new Set();
  return new Set(body.flatMap((one) => (one.kind === 'term' && !one.negated ? [one.term] : [])));
}

type Check = (image: Term, part: string, name: string) => Omit<RegoWarning, 'at'> | undefined;

/** Builtins that compare a part, with which operand is the image and which the part. */
const CHECKS: Readonly<Record<string, readonly [image: number, part: number, check: Check]>> = {
  startswith: [0, 1, checkPrefix],
  contains: [0, 1, checkPart],
  endswith: [0, 1, checkPart],
  'strings.any_prefix_match': [0, 1, checkPrefix],
  'strings.any_suffix_match': [0, 1, checkPart],
  'regex.match': [1, 0, checkPattern],
  re_match: [1, 0, checkPattern],
};

function warningsOf(call: CallTerm, known: Known): RegoWarning[] {
  const found = CHECKS[call.operator.join('.')];
  if (!found) return [];
  const [imageAt, partAt, check] = found;
  const [image, part] = [call.args[imageAt], call.args[partAt]];
  if (!image || !part || !isImage(image)) return [];
  return textsOf(part, known).flatMap((text) => {
    const warning = check(image, text, call.operator.join('.'));
    return warning ? [{ at: call.at, ...warning }] : [];
  });
}

/** `image`, `img`, `container.image`, `…spec.containers[_].image`. */
function isImage(term: Term): boolean {
  if (term.kind === 'var') return /image|img/i.test(term.name);
  if (term.kind !== 'ref') return false;
  const last = term.path.at(-1);
  return last?.kind === 'scalar' && last.value === 'image';
}

function checkPrefix(
  _image: Term,
  prefix: string,
  name: string,
): Omit<RegoWarning, 'at'> | undefined {
  if (prefix === '' || /[/@:]$/.test(prefix)) return undefined;
  const evil = prefix.includes('/') ? `${prefix}-evil/app` : `${prefix}.evil.io/app`;
  return {
    message: `${name}(…, ${JSON.stringify(prefix)}) admits ${evil} as well`,
    hint: `end the prefix at a boundary: ${JSON.stringify(`${prefix}/`)}`,
  };
}

function checkPart(_image: Term, part: string, name: string): Omit<RegoWarning, 'at'> | undefined {
  if (!/[./]/.test(part)) return undefined;
  const evil = `evil.io/${part.replace(/^\//, '')}`;
  return {
    message: `${name}(…, ${JSON.stringify(part)}) admits ${evil} as well`,
    hint: `compare the beginning, up to a slash: startswith(…, ${JSON.stringify(`${part}/`)})`,
  };
}

function checkPattern(_image: Term, pattern: string): Omit<RegoWarning, 'at'> | undefined {
  if (pattern.startsWith('^') || !/[a-z]\\?\.[a-z]/i.test(pattern)) return undefined;
  return {
    message: `the pattern ${JSON.stringify(pattern)} matches anywhere in an image's name`,
    hint: `bind it to the beginning: ${JSON.stringify(`^${pattern}`)}`,
  };
}
