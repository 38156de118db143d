/**
 * From syntax trees to a policy that can be asked: names, safety, conflicts and recursion are
 * checked for all of it, closures are made when a query first needs them.
 */
import type { Builtin } from './model/builtin.ts';
import { allBuiltins } from './builtins/all-builtins.ts';
import { checkImports } from './compile/check-imports.ts';
import { checkRecursion } from './compile/check-recursion.ts';
import { checkRules } from './compile/check-rules.ts';
import { StagedErrors } from './compile/compile-stages.ts';
import type { CoreRule } from './compile/core.ts';
import type { PolicyTables } from './evaluate/emitter.ts';
import { lowerRule, type ModuleLowering, splitPlace } from './compile/lower-rule.ts';
import { type Functions, pathKey } from './compile/lowering.ts';
import { namesOfModule, namesOfPackages } from './compile/module-names.ts';
import { orderWhole } from './compile/order-literals.ts';
import type { RegoError } from './model/rego-error.ts';
import { metadataOf, type RuleMetadata } from './compile/rule-metadata.ts';
import { type PlacedRules, placeRules } from './compile/rule-tree.ts';
import { makeTables } from './evaluate/make-tables.ts';
import type { Module, Rule } from './syntax/syntax.ts';
import { checkTypes } from './compile/types/check-types.ts';
import type { TypeNode } from './compile/types/type-tree.ts';
import type { ObjectValue } from './model/value.ts';

/** What a policy is made of. */
export interface PolicySource {
  readonly modules: readonly Module[];
  /** Base documents: what `data` holds beside the rules. */
  readonly data?: ObjectValue;
  /** The builtins there are; all that need nothing from outside where none are given. */
  readonly builtins?: ReadonlyMap<string, Builtin>;
  /** What nothing uses is an error, and v0 is held to what v1 forbids. */
  readonly isStrict?: boolean;
}

/** A policy that was checked. */
export interface Policy {
  readonly data: ObjectValue;
  readonly tables: PolicyTables;
  readonly functions: Functions;
  /** The types of the rules, which queries are checked against. */
  readonly types: TypeNode;
  readonly modules: readonly Module[];
}

/** Compiles a policy; throws `RegoErrors` with all that is wrong with it, one kind at a time. */
export function compilePolicy(source: PolicySource): Policy {
  const { modules, data = {}, builtins = allBuiltins, isStrict = false } = source;
  const errors = new StagedErrors(modules);
  const functions = { builtins, ...placesOf(modules) };
  const lowered = lowerModules(modules, { functions, isStrict, report: errors.report });
  for (const module of modules) checkImports(module, isStrict, errors.report);
  checkRules(place(lowered, modules), modules, errors.report);
  errors.endStage('functions');
  const placed = place(
    lowered.map((rule) => orderRule(rule, errors.at('safety'))),
    modules,
  );
  errors.endStage('safety');
  const sorted = checkRecursion(placed, errors.at('recursion'));
  errors.endStage('recursion');
  const types = checkTypes(sorted, errors.at('types'));
  errors.endStage('deprecated');
  return { data, tables: makeTables(placed), functions, types, modules };
}

function place(rules: readonly CoreRule[], modules: readonly Module[]): PlacedRules {
  return placeRules(
    rules,
    modules.map((module) => module.package),
  );
}

/** Where the rules of a policy stand, and how many arguments its functions take. */
function placesOf(modules: readonly Module[]): Omit<Functions, 'builtins'> {
  const arities = new Map<string, number>();
  const places = new Set<string>();
  for (const module of modules) {
    for (const rule of module.rules) {
      const path = pathKey([...module.package, ...splitPlace(rule).prefix]);
      places.add(path);
      if (rule.args && !arities.has(path)) arities.set(path, rule.args.length);
    }
  }
  return { arities, places };
}

function lowerModules(
  modules: readonly Module[],
  shared: Omit<ModuleLowering, 'names' | 'metadataOf'>,
): readonly CoreRule[] {
  const packages = namesOfPackages(modules);
  const describe = metadataOf(modules);
  return modules.flatMap((module) => {
    const names = namesOfModule(module, packages);
    const metadata = (rule: Rule): RuleMetadata => describe(module, rule);
    return module.rules.map((rule) => lowerRule({ ...shared, names, metadataOf: metadata }, rule));
  });
}

/** Puts the bodies of a rule in order. */
function orderRule(rule: CoreRule, report: (error: RegoError) => void): CoreRule {
  const branches = rule.branches.map((branch) => {
    const tail = [...branch.keys, branch.value];
    const { body, at } = branch;
    return { ...branch, body: orderWhole({ body, tail, own: rule.arguments }, { at, report }) };
  });
  return { ...rule, branches };
}
