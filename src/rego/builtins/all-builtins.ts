/** All builtins by name: what the compiler resolves calls against, unless it is given more. */
import type { Builtin } from '../model/builtin.ts';
import { aggregateBuiltins } from './aggregate-builtins.ts';
import { arithmeticBuiltins } from './arithmetic-builtins.ts';
import { arrayBuiltins } from './array-builtins.ts';
import { bitsBuiltins } from './bits-builtins.ts';
import { comparisonBuiltins } from './comparison-builtins.ts';
import { objectBuiltins } from './object-builtins.ts';
import { setBuiltins } from './set-builtins.ts';
import { stringBuiltins } from './string-builtins.ts';
import { templateBuiltins } from './template-builtins.ts';
import { typeBuiltins } from './type-builtins.ts';
import { encodingBuiltins } from './encoding-builtins.ts';
import { globBuiltins } from './glob-builtins.ts';
import { graphBuiltins } from './graph-builtins.ts';
import { jsonPathBuiltins } from './json-path-builtins.ts';
import { refusedBuiltins } from './refused-builtins.ts';
import { regexBuiltins } from './regex-builtins.ts';
import { semverBuiltins } from './semver-builtins.ts';
import { unitsBuiltins } from './units-builtins.ts';
import { netBuiltins } from './net-builtins.ts';
import { timeBuiltins } from './time-builtins.ts';
import { uuidBuiltins } from './uuid-builtins.ts';
import { awsBuiltins } from './aws-builtins.ts';
import { hashBuiltins } from './hash-builtins.ts';
import { schemaBuiltins } from './schema-builtins.ts';
import { moduleBuiltins } from './module-builtins.ts';
import { jwtBuiltins } from './jwt-builtins.ts';
import { x509Builtins } from './x509-builtins.ts';

const FAMILIES: readonly (readonly Builtin[])[] = [
  comparisonBuiltins,
  arithmeticBuiltins,
  bitsBuiltins,
  aggregateBuiltins,
  arrayBuiltins,
  setBuiltins,
  objectBuiltins,
  stringBuiltins,
  templateBuiltins,
  typeBuiltins,
  encodingBuiltins,
  jsonPathBuiltins,
  regexBuiltins,
  globBuiltins,
  semverBuiltins,
  unitsBuiltins,
  graphBuiltins,
  timeBuiltins,
  netBuiltins,
  uuidBuiltins,
  hashBuiltins,
  awsBuiltins,
  schemaBuiltins,
  jwtBuiltins,
  x509Builtins,
  moduleBuiltins,
  refusedBuiltins,
];

/** Every builtin that needs nothing from outside, by its dotted name. */
export const allBuiltins: ReadonlyMap<string, Builtin> = new Map(
  FAMILIES.flat().map((builtin) => [builtin.name, builtin]),
);
