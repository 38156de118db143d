/** What `rego.metadata.rule()` and `rego.metadata.chain()` give: the annotations around a rule. */
import { splitPlace } from './lower-rule.ts';
import { pathKey } from './lowering.ts';
import type { Annotations, Module, Rule } from '../syntax/syntax.ts';
import type { Value } from '../model/value.ts';

/** The metadata of a rule. */
export interface RuleMetadata {
  readonly rule: Value;
  readonly chain: Value;
}

/** The metadata of a policy's rules: annotations of a document or package count in all modules. */
export function metadataOf(
  modules: readonly Module[],
): (module: Module, rule: Rule) => RuleMetadata {
  const documents = new Map<string, Annotations>();
  const packages = new Map<string, Annotations>();
  const subpackages = new Map<string, Annotations>();
  for (const module of modules) {
    const place = pathKey(module.package);
    for (const each of module.annotations) {
      if (each.scope === 'package') packages.set(place, each);
      if (each.scope === 'subpackages') subpackages.set(place, each);
    }
    for (const rule of module.rules) {
      const document = rule.annotations.find(({ scope }) => scope === 'document');
      if (document) documents.set(pathKey(pathOf(module, rule)), document);
    }
  }
  return (module, rule) => {
    const own = rule.annotations.filter(({ scope }) => scope === 'rule').toReversed();
    const path = pathOf(module, rule);
    const around = [
      ...entries(documents, path),
      ...entries(packages, module.package),
      ...module.package.flatMap((_, index, all) =>
        entries(subpackages, all.slice(0, all.length - index)),
      ),
    ];
    const leading = own.length > 0 ? own.map((each) => entry(each, path)) : [{ path }];
    return { rule: own[0]?.value ?? {}, chain: [...leading, ...around] };
  };
}

function pathOf(module: Module, rule: Rule): readonly string[] {
  return [...module.package, ...splitPlace(rule).prefix];
}

function entries(known: ReadonlyMap<string, Annotations>, path: readonly string[]): Value[] {
  const found = known.get(pathKey(path));
  return found ? [entry(found, path)] : [];
}

function entry({ value }: Annotations, path: readonly string[]): Value {
  return { annotations: value, path };
}
