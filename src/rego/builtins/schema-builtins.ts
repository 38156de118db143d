/** `json.match_schema` and `json.verify_schema`. */
import { BuiltinFailure } from '../model/builtin.ts';
import type { Builtin, BuiltinContext, OperandType } from '../model/builtin.ts';
import { parseJsonValue } from '../model/json-text.ts';
import { plainObject } from '../model/value.ts';
import type { Value } from '../model/value.ts';
import { checkSchema } from './json-schema.ts';
import type { SchemaProblem } from './json-schema.ts';
import { compilePattern, isMatch } from './regex-builtins.ts';
import { validate } from './schema-validate.ts';

const TEXT_OR_OBJECT: OperandType = ['string', 'object', 'array'];
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

function read(value: Value): Value {
  if (typeof value !== 'string') return value;
  try {
    return parseJsonValue(value);
  } catch {
    throw new BuiltinFailure('invalid JSON string');
  }
}

function verify([schema]: readonly Value[], context: BuiltinContext): Value {
  try {
    const root = read(schema as Value);
    checkSchema(root, { root, isPattern: patternTest(context) });
    return [true, null];
  } catch (error) {
    if (!(error instanceof BuiltinFailure)) throw error;
    return [false, `jsonschema: ${error.message}`];
  }
}

function match([document, schema]: readonly Value[], context: BuiltinContext): Value {
  const root = read(schema as Value);
  checkSchema(root, { root, isPattern: patternTest(context) });
  const run = {
    root,
    charge: context.charge,
    isMatch: (pattern: string, text: string) => {
      context.charge(STEPS_PER_PATTERN);
      return isMatch(pattern, text, context);
    },
  };
  const found = validate(read(document as Value), root, { run, path: [], depth: 0 });
  return [found.isValid, found.problems.map(problemValue)];
}

function patternTest(context: BuiltinContext): (text: string) => boolean {
  return (text) => {
    try {
      compilePattern(text, context);
      return true;
    } catch (error) {
      if (error instanceof BuiltinFailure) return false;
      throw error;
    }
  };
}

function problemValue({ type, field, description }: SchemaProblem): Value {
  const error = `${field}: ${description}`;
  return plainObject(Object.entries({ desc: description, error, field, type }));
}
