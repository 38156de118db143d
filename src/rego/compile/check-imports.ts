/** Imports: names that no import may have, two of one name, and, in strict mode, unused ones. */
import type { Report } from './compile-stages.ts';
import { RegoError } from '../model/rego-error.ts';
import type { Import, Module, Term } from '../syntax/syntax.ts';
import { termsOfRule } from '../syntax/syntax-terms.ts';

const ROOTS: ReadonlySet<string> = new Set(['input', 'data']);

/** Notes what is wrong with the imports of a module; v1 is as strict as v0 is where it is told. */
export function checkImports(module: Module, isStrict: boolean, report: Report): void {
  const seen = new Map<string, string>();
  const isClose = isStrict || module.version === 'v1';
  for (const each of module.imports) {
    const name = nameOfImport(each);
    const message = importProblem(each, isClose ? seen.get(name) : undefined);
    if (message !== undefined) {
      report(new RegoError('rego_compile_error', message, { at: each.at }), 'imports');
    }
    seen.set(name, seen.get(name) ?? importText(each));
  }
  if (isStrict) checkUse(module, report);
}

function importProblem({ alias = '' }: Import, known: string | undefined): string | undefined {
  if (known !== undefined) return `import must not shadow ${known}`;
  if (!ROOTS.has(alias)) return undefined;
  return `imports must not shadow ${alias} (use a different import name)`;
}

function checkUse(module: Module, report: Report): void {
  const used = new Set<string>();
  for (const term of module.rules.flatMap(termsOfRule)) used.add(nameUsedBy(term));
  for (const each of module.imports) {
    if (!ROOTS.has(each.path[0] ?? '') || used.has(nameOfImport(each))) continue;
    const message = `${importText(each)} unused`;
    report(new RegoError('rego_compile_error', message, { at: each.at }), 'unused imports');
  }
}

function nameUsedBy(term: Term): string {
  if (term.kind === 'call') return term.operator[0] ?? '';
  const head = term.kind === 'ref' ? term.head : term;
  return head.kind === 'var' ? head.name : '';
}

function nameOfImport({ path, alias }: Import): string {
  return alias ?? path.at(-1) ?? '';
}

function importText({ path, alias }: Import): string {
  return `import ${path.join('.')}${alias === undefined ? '' : ` as ${alias}`}`;
}
