/** Trees of Rego as text with every grouping shown, which reads back as the same tree. */
import type {
  ArrayTerm,
  Body,
  CallTerm,
  Module,
  Rule,
  SetTerm,
  Statement,
  Term,
  WithModifier,
} from '../../src/rego/syntax/syntax.ts';
import { isKeyword } from '../../src/rego/syntax/rego-token.ts';
import { formatValue } from '../../src/rego/model/value.ts';

const SIGNS: Readonly<Record<string, string>> = {
  assign: ':=',
  eq: '=',
  equal: '==',
  neq: '!=',
  lt: '<',
  lte: '<=',
  gt: '>',
  gte: '>=',
  or: '|',
  and: '&',
  plus: '+',
  minus: '-',
  mul: '*',
  div: '/',
  rem: '%',
  'internal.member_2': 'in',
};

/** A term; a `_` of the source is `_` again. */
export function termText(term: Term): string {
  switch (term.kind) {
    case 'scalar':
      return formatValue(term.value);
    case 'var':
      return term.name.startsWith('$') ? '_' : term.name;
    case 'ref':
      return termText(term.head) + term.path.map(partText).join('');
    case 'array':
    case 'set':
      return bracketText(term);
    case 'object':
      return `{${term.entries.map(([key, value]) => `${termText(key)}: ${termText(value)}`).join(', ')}}`;
    case 'comprehension':
      return comprehensionText(term);
    case 'call':
      return callText(term);
    default:
      return `$"${term.parts.map(templatePartText).join('')}"`;
  }
}

function bracketText({ kind, items }: ArrayTerm | SetTerm): string {
  if (kind === 'array') return `[${listText(items)}]`;
  return items.length === 0 ? 'set()' : `{${listText(items)}}`;
}

function listText(items: readonly Term[]): string {
  return items.map(termText).join(', ');
}

function partText(part: Term): string {
  const isName =
    part.kind === 'scalar' && typeof part.value === 'string' && /^[a-z_]\w*$/i.test(part.value);
  return isName ? `.${String(part.value)}` : `[${termText(part)}]`;
}

function comprehensionText(term: Term & { readonly kind: 'comprehension' }): string {
  const head = term.key === undefined ? '' : `${termText(term.key)}: `;
  const inside = `${head}${termText(term.value)} | ${bodyText(term.body)}`;
  return term.of === 'array' ? `[${inside}]` : `{${inside}}`;
}

function callText({ operator, args }: CallTerm): string {
  const name = operator.join('.');
  const [left, right, third] = args.map(termText);
  if (name === 'internal.member_3') return `(${left}, ${right} in ${third})`;
  const sign = SIGNS[name];
  return sign === undefined ? `${name}(${listText(args)})` : `(${left} ${sign} ${right})`;
}

function templatePartText(part: string | Statement): string {
  if (typeof part === 'string') return JSON.stringify(part).slice(1, -1).replaceAll('{', '\\{');
  return `{${statementText(part)}}`;
}

/** One statement. */
export function statementText(statement: Statement): string {
  const modifiers = 'with' in statement ? statement.with.map(withText).join('') : '';
  return `${plainText(statement)}${modifiers}`;
}

function plainText(statement: Statement): string {
  switch (statement.kind) {
    case 'some':
      return `some ${listText(statement.vars)}`;
    case 'some-in':
      return `some ${declarationText(statement)}`;
    case 'every':
      return `every ${declarationText(statement)} { ${bodyText(statement.body)} }`;
    default:
      return `${statement.negated ? 'not ' : ''}${equationText(statement.term)}`;
  }
}

function declarationText(of: {
  readonly key?: Term;
  readonly value: Term;
  readonly domain: Term;
}): string {
  const key = of.key === undefined ? '' : `${termText(of.key)}, `;
  return `${key}${termText(of.value)} in ${termText(of.domain)}`;
}

/** Equations stand without parentheses, because none may stand around them. */
function equationText(term: Term): string {
  const isEquation = term.kind === 'call' && ['eq', 'assign'].includes(term.operator.join('.'));
  return isEquation || beginsWithKeyword(term) ? termText(term).slice(1, -1) : termText(term);
}

/** `if.a == b`: a keyword may begin a ref at the beginning of a statement only. */
function beginsWithKeyword(term: Term): boolean {
  if (term.kind !== 'call' || !(term.operator.join('.') in SIGNS)) return false;
  const [left] = term.args;
  if (left?.kind === 'call') return isKeyword(left.operator[0] ?? '');
  return left?.kind === 'ref' && left.head.kind === 'var' && isKeyword(left.head.name);
}

function withText({ target, value }: WithModifier): string {
  return ` with ${termText(target)} as ${termText(value)}`;
}

/** Statements on one line. */
export function bodyText(body: Body): string {
  return body.map(statementText).join('; ');
}

/** A rule in v1's form, with its body written out. */
export function ruleText(rule: Rule): string {
  const args = rule.args === undefined ? '' : `(${listText(rule.args)})`;
  const sign = rule.kind === 'contains' ? 'contains' : ':=';
  const head = `${termText(rule.ref)}${args} ${sign} ${termText(rule.value)}`;
  if (rule.isDefault) return `default ${head}`;
  const otherwise = rule.otherwise.map(
    ({ value, body }) => ` else := ${termText(value)} if { ${bodyText(body)} }`,
  );
  return `${head} if { ${bodyText(rule.body)} }${otherwise.join('')}`;
}

/** A module in v1's form, a statement a line. */
export function moduleText(module: Module): string {
  const imports = module.imports.map(
    ({ path, alias }) => `import ${path.join('.')}${alias === undefined ? '' : ` as ${alias}`}`,
  );
  return [
    `package ${module.package.join('.')}`,
    ...imports,
    ...module.rules.map(ruleText),
    '',
  ].join('\n');
}
