/**
 * From syntax trees to a policy that can be asked: names, safety, conflicts and recursion are
 * checked for all of it, closures are made when a query first needs them.
 */
import type { Builtin } from './builtin.ts';
import { allBuiltins } from './builtins/all-builtins.ts';
import type { CoreRule } from './core.ts';
import type { PolicyTables } from './emitter.ts';
import { lowerRule, splitPlace } from './lower-rule.ts';
import { type Functions, pathKey } from './lowering.ts';
import { namesOfModule, namesOfPackages } from './module-names.ts';
import { checkHead, orderBody } from './order-literals.ts';
import { type RegoError, RegoErrors } from './rego-error.ts';
import { makeTables, placeRules } from './rule-tree.ts';
import type { Module } from './syntax.ts';
import type { ObjectValue } from './value.ts';

/** What a policy is made of. */
export interface PolicySource {
  readonly modules: readonly Module[];
  /** Base documents: what `data` holds beside the rules. */
  readonly data?: ObjectValue;
  /** The builtins there are; all that need nothing from outside where none are given. */
  readonly builtins?: ReadonlyMap<string, Builtin>;
}

/** A policy that was checked. */
export interface Policy {
  readonly data: ObjectValue;
  readonly tables: PolicyTables;
  readonly functions: Functions;
  readonly modules: readonly Module[];
}

/** Compiles a policy; throws `RegoErrors` with all that is wrong with it. */
export function compilePolicy(source: PolicySource): Policy {
  const errors: RegoError[] = [];
  const report = (error: RegoError): void => void errors.push(error);
  const { modules, data = {}, builtins = allBuiltins } = source;
  const functions = { builtins, arities: aritiesOf(modules) };
  const rules = lowerModules(modules, functions, report);
  const placed = placeRules(
    rules,
    modules.map((module) => module.package),
  );
  if (errors.length > 0) throw new RegoErrors(errors);
  return { data, tables: makeTables(placed), functions, modules };
}

/** The functions of a policy, with how many arguments each takes. */
function aritiesOf(modules: readonly Module[]): ReadonlyMap<string, number> {
  const arities = new Map<string, number>();
  for (const module of modules) {
    for (const rule of module.rules) {
      const path = pathKey([...module.package, ...splitPlace(rule).prefix]);
      if (rule.args && !arities.has(path)) arities.set(path, rule.args.length);
    }
  }
  return arities;
}

function lowerModules(
  modules: readonly Module[],
  functions: Functions,
  report: (error: RegoError) => void,
): readonly CoreRule[] {
  const packages = namesOfPackages(modules);
  return modules.flatMap((module) => {
    const names = namesOfModule(module, packages);
    const metadataOf = () => ({ rule: {}, chain: [] });
    return module.rules.map((rule) =>
      orderRule(lowerRule({ names, functions, report, metadataOf }, rule), report),
    );
  });
}

/** Puts the bodies of a rule in order. */
function orderRule(rule: CoreRule, report: (error: RegoError) => void): CoreRule {
  const branches = rule.branches.map((branch) => {
    const bound = new Set(rule.arguments);
    const body = orderBody(branch.body, bound, report);
    checkHead([...branch.keys, branch.value], bound, { at: branch.at, report });
    return { ...branch, body };
  });
  return { ...rule, branches };
}
