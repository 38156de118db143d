/**
 * What is legal Rego and still a hole in an admission policy: image names that are compared by a
 * part of them. `startswith(image, "registry.example")` lets `registry.example.evil.io` in.
 */
import type { Place } from '../model/rego-error.ts';
import { constantsOf, type Known, textsOf, variablesOf } from './known-texts.ts';
import type { CallTerm, Module, RefTerm, Rule, Term } from '../syntax/syntax.ts';
import { termsOfRule } from '../syntax/syntax-terms.ts';
import type { Value } from '../model/value.ts';

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
    return termsOfRule(rule).flatMap((term) => {
      if (term.kind === 'ref') return splitWarnings(term);
      return term.kind === 'call' && !denied.has(term) ? warningsOf(term, known) : [];
    });
  });
}

const DENIES = new RegExp(
  '^(deny|violation|warn)|bad|forbid|denied|disallow|block' +
    '|untrusted|unsafe|invalid|illegal|prohibit',
  'i',
);

/** What a rule that denies asks without `not`: it denies more than it seems, which is no hole. */
function deniedBy({ ref, body }: Rule): ReadonlySet<Term> {
  const head = ref.kind === 'var' ? ref : ref.head;
  if (head.kind !== 'var' || !DENIES.test(head.name)) return new Set();
  return new Set(body.flatMap((one) => (one.kind === 'term' && !one.negated ? [one.term] : [])));
}

/** What is said of a term. */
type Warning = Omit<RegoWarning, 'at'>;
type Check = (part: string, name: string) => Warning | undefined;

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
    const warning = check(text, call.operator.join('.'));
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

/** `r.example:5000`. */
const HOST_AND_PORT = /^[a-z0-9.-]+\.[a-z]{2,}:\d+$/i;

/** A prefix that ends within a name: what is left out behind it may be anything. */
function checkPrefix(prefix: string, name: string): Warning | undefined {
  const isTag = /[@:][^/]*$/.test(prefix) && !HOST_AND_PORT.test(prefix);
  if (prefix === '' || isTag || /[/@:._-]$/.test(prefix)) return undefined;
  return {
    message: `${name}(…, ${JSON.stringify(prefix)}) admits ${evilOf(prefix)} as well`,
    hint: `end the prefix at a boundary: ${JSON.stringify(`${prefix}/`)}; or ${matchHint(prefix)}`,
  };
}

function evilOf(prefix: string): string {
  if (HOST_AND_PORT.test(prefix)) return `${prefix}1/app`;
  return prefix.includes('/') ? `${prefix}-evil/app` : `${prefix}.evil.io/app`;
}

function matchHint(name: string): string {
  return `assay.image_matches(${JSON.stringify(`${name.replace(/^\/+|\/+$/g, '')}/**`)}, image)`;
}

/** A registry's host, with what follows it: `r.example`, `r.example:5000/team`. */
const HOST = /^\/?[a-z0-9-]+(\.[a-z0-9-]+)*\.[a-z]{2,}(:\d+)?(\/.*)?$/i;

/** A registry or a repository that may stand anywhere in a name. */
function checkPart(part: string, name: string): Warning | undefined {
  if (!HOST.test(part) && !/^\/[a-z0-9]/i.test(part)) return undefined;
  const evil = `evil.io/${part.replace(/^\//, '')}`;
  return {
    message: `${name}(…, ${JSON.stringify(part)}) admits ${evil} as well`,
    hint: `compare the beginning, up to a slash: startswith(…, ${JSON.stringify(`${part}/`)})`,
  };
}

/** A registry in a pattern that is bound to no beginning, or to no end of the registry's name. */
function checkPattern(pattern: string): Warning | undefined {
  const plain = pattern.replace(/\\[.\-/]/g, (escaped) => escaped.slice(1));
  const shown = JSON.stringify(pattern);
  if (plain.startsWith('^') && HOST.test(plain.slice(1)) && !plain.includes('/')) {
    return {
      message: `the pattern ${shown} matches ${plain.slice(1)}.evil.io as well`,
      hint: `end it at a boundary: ${JSON.stringify(`${pattern}/`)}`,
    };
  }
  if (!HOST.test(plain)) return undefined;
  return {
    message: `the pattern ${shown} matches anywhere in an image's name`,
    hint: `bind it to the beginning: ${JSON.stringify(`^${pattern}`)}; or ${matchHint(plain)}`,
  };
}

/** `split(image, ":")[1]`: with a registry's port, that is no tag. */
function splitWarnings({ head, path, at }: RefTerm): RegoWarning[] {
  if (head.kind !== 'call' || head.operator.join('.') !== 'split') return [];
  const [image, divider] = head.args;
  if (!image || !isImage(image) || !isValue(divider, ':') || !isValue(path[0], 1)) return [];
  const message = 'split(…, ":")[1] is 5000/app, and no tag, for r.example:5000/app:1';
  return [{ at, message, hint: 'read the reference: assay.parse_image(image).tag' }];
}

function isValue(term: Term | undefined, value: Value): boolean {
  return term?.kind === 'scalar' && term.value === value;
}
