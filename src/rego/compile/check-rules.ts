/**
 * Rules in conflict: kinds that cannot stand at one place, rules inside of other rules' values,
 * packages at the place of a rule, and names that nothing may have.
 */
import type { Report } from './compile-stages.ts';
import type { CoreRule } from './core.ts';
import { splitPlace } from './lower-rule.ts';
import { type Place, RegoError } from '../model/rego-error.ts';
import type { PlacedRules, RulePlace } from './rule-tree.ts';
import type { Module } from '../syntax/syntax.ts';

/** Notes all conflicts. */
export function checkRules(placed: PlacedRules, modules: readonly Module[], report: Report): void {
  checkNode(placed.root, placed, report);
  checkPackages(placed, modules, report);
  for (const module of modules) checkNames(module, report);
}

function checkNode(node: RulePlace, placed: PlacedRules, report: Report): void {
  const rules = placed.rulesAt.get(node);
  if (rules) checkPlace(node, rules, { placed, report });
  for (const child of node.children.values()) checkNode(child, placed, report);
}

interface Check {
  readonly placed: PlacedRules;
  readonly report: Report;
}

function checkPlace(node: RulePlace, rules: readonly CoreRule[], { placed, report }: Check): void {
  const [first] = rules;
  if (first === undefined) return;
  const complain = (message: string): void => {
    report(new RegoError('rego_type_error', message, { at: first.at }), 'conflicts');
  };
  const below = rules.every(isWhole) ? rulesBelow(node, placed) : [];
  const defaults = rules.filter((rule) => rule.isDefault);
  if (below.length > 0) {
    complain(`rule ${first.name} conflicts with [${below.join(' ')}]`);
  } else if (haveManyKinds(rules)) {
    complain(`conflicting rules ${first.name} found`);
  } else if (defaults.length > 1) {
    const places = defaults.map(({ at }) => placeText(at)).join(', ');
    complain(`multiple default rules ${first.name} found at ${places}`);
  }
}

/** `test.rego:3`. */
function placeText({ file, line }: Place): string {
  return `${file}:${line}`;
}

/** A rule whose place has no key that only evaluation knows, and that is no set. */
function isWhole(rule: CoreRule): boolean {
  return rule.branches.every(({ keys }) => keys.length === 0);
}

function haveManyKinds(rules: readonly CoreRule[]): boolean {
  const members = rules.filter((rule) => rule.isMember).length;
  const arities = new Set(rules.map((rule) => rule.arity ?? -1));
  const complete = rules.filter((rule) => !rule.isMember && isWhole(rule)).length;
  const isMixed = members > 0 && members < rules.length;
  const isPartial = complete > 0 && complete < rules.length;
  return isMixed || isPartial || arities.size > 1;
}

function rulesBelow(node: RulePlace, placed: PlacedRules): readonly string[] {
  return [...node.children.values()].flatMap((child) => [
    ...(placed.rulesAt.has(child) ? [['data', ...child.path].join('.')] : []),
    ...rulesBelow(child, placed),
  ]);
}

/** A package must not stand at the place of a rule of another module. */
function checkPackages(placed: PlacedRules, modules: readonly Module[], report: Report): void {
  for (const module of modules) {
    let node: RulePlace | undefined = placed.root;
    for (const key of module.package) {
      node = node?.children.get(key);
      const rule = node && placed.rulesAt.get(node)?.find((each) => isOwn(each, node as RulePlace));
      if (node?.path.length !== module.package.length || rule === undefined) continue;
      const name = ['package', module.package.join('.')].join(' ');
      const message = `${name} conflicts with rule ${rule.name} defined at ${placeText(rule.at)}`;
      report(new RegoError('rego_type_error', message, { at: module.packageAt }), 'conflicts');
    }
  }
}

function isOwn(rule: CoreRule, node: RulePlace): boolean {
  return rule.prefix.length === node.path.length && isWhole(rule);
}

const ROOTS: ReadonlySet<string> = new Set(['input', 'data']);

/** Rules must not be called as the root documents are. */
function checkNames(module: Module, report: Report): void {
  for (const rule of module.rules) {
    const [name = ''] = splitPlace(rule).prefix;
    if (!ROOTS.has(name)) continue;
    const message = `rules must not shadow ${name} (use a different rule name)`;
    report(new RegoError('rego_compile_error', message, { at: rule.at }), 'names');
  }
}
