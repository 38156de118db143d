/** `json.match_schema` and `json.verify_schema`. */
import { BuiltinFailure, operandFailure } from '../builtin.ts';
import type { Builtin, BuiltinContext, OperandType } from '../builtin.ts';
import { parseJsonValue } from '../json-text.ts';
import { plainObject } from '../value.ts';
import type { Value } from '../value.ts';
import { checkSchema } from './json-schema.ts';
import type { SchemaProblem } from './json-schema.ts';
import { isMatch } from './regex-builtins.ts';
import { matchSchema } from './schema-keywords.ts';

const TEXT_OR_OBJECT: OperandType = ['string', 'object'];
/** Of finding a compiled pattern again and beginning with it. */
const STEPS_PER_PATTERN = 20;

/** The builtins over JSON Schema; document and schema may be given as JSON text. */
export const schemaBuiltins: readonly Builtin[] = [
  { name: 'json.verify_schema', args: [TEXT_OR_OBJECT], result: 'array', call: verify },
  {
    name: 'json.match_schema',
    args: [TEXT_OR_OBJECT, TEXT_OR_OBJECT],
    result: 'array',
    call: match,
  },
];

function read(value: Value, position: number): Value {
  if (typeof value !== 'string') return value;
  try {
    return parseJsonValue(value);
  } catch (error) {
    throw operandFailure(position, `must be valid JSON: ${(error as Error).message}`);
  }
}

function verify([schema]: readonly Value[]): Value {
  try {
    checkSchema(read(schema as Value, 1));
    return [true, null];
  } catch (error) {
    if (!(error instanceof BuiltinFailure)) throw error;
    return [false, `jsonschema: ${error.message}`];
  }
}

function match([document, schema]: readonly Value[], context: BuiltinContext): Value {
  const root = read(schema as Value, 2);
  checkSchema(root);
  const run = {
    root,
    charge: context.charge,
    isMatch: (pattern: string, text: string) => {
      context.charge(STEPS_PER_PATTERN);
      return isMatch(pattern, text, context);
    },
  };
  const found = matchSchema(read(document as Value, 1), root, { run, path: [], depth: 0 });
  return [found.length === 0, found.map(problemValue)];
}

function problemValue({ type, field, description }: SchemaProblem): Value {
  const error = `${field}: ${description}`;
  return plainObject(Object.entries({ desc: description, error, field, type }));
}
