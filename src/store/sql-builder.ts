/**
 * Typed SQL: kysely builds and compiles, the store's own thin executors run. A `statement` is
 * compiled once per dialect and bound many times, so that hot paths never build SQL again.
 */
import {
  DummyDriver,
  Kysely,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  type Compilable,
} from 'kysely';
import type { Schema } from './schema.ts';

/** Builds queries over the store's tables; it compiles only and never runs anything. */
export type SqlBuilder = Kysely<Schema>;

/** A value that both databases take as a parameter. */
export type SqlValue = string | number | bigint | Uint8Array | null;

/** SQL text with its parameters in order. */
export interface SqlCommand {
  readonly sql: string;
  readonly parameters: readonly SqlValue[];
  /** Set for a {@link statement}: the name under which a server may keep it prepared. */
  readonly name?: string;
}

/** A {@link statement} with its values: `db.all(findProject({ id }))`. */
export interface BoundStatement<Row> {
  readonly commandFor: (builder: SqlBuilder) => SqlCommand;
  /** Never set; carries the row type. */
  readonly row?: Row;
}

/** Anything that a reader or transaction runs: a kysely query or a bound statement. */
export type Query<Row> = Compilable<Row> | BoundStatement<Row>;

/** A statement that is compiled once: call it with values to run it, or hand it to `runMany`. */
export interface Statement<Input, Row> {
  (input: Input): BoundStatement<Row>;
  /** Compiles it and binds every input: one SQL text, many rows of parameters. */
  readonly manyFor: (builder: SqlBuilder, inputs: readonly Input[]) => SqlBatch;
}

/** One SQL text and many rows of parameters for it. */
export interface SqlBatch {
  readonly sql: string;
  readonly name: string;
  readonly rows: readonly (readonly SqlValue[])[];
}

/** Makes the builder for SQLite. */
export function createSqliteBuilder(): SqlBuilder {
  return new Kysely<Schema>({
    dialect: {
      createAdapter: () => new SqliteAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (db) => new SqliteIntrospector(db),
      createQueryCompiler: () => new SqliteQueryCompiler(),
    },
  });
}

/** Compiles any query for a builder's dialect. */
export function commandOf(query: Query<unknown>, builder: SqlBuilder): SqlCommand {
  if ('commandFor' in query) return query.commandFor(builder);
  const compiled = query.compile();
  return { sql: compiled.sql, parameters: compiled.parameters.map(toSqlValue) };
}

let statements = 0;

interface Template {
  readonly sql: string;
  readonly name: string;
  readonly parameters: readonly unknown[];
}

/**
 * Declares a statement. `build` is called once per dialect with stand-ins for the input's fields,
 * so it must not branch on their values.
 */
export function statement<Input extends object, Row>(
  build: (sql: SqlBuilder, input: Input) => Compilable<Row>,
): Statement<Input, Row> {
  const templates = new WeakMap<SqlBuilder, Template>();
  const templateFor = (builder: SqlBuilder): Template => {
    const known = templates.get(builder);
    if (known !== undefined) return known;
    const { sql, parameters } = build(builder, placeholders<Input>()).compile();
    const made = { sql, name: `s${(statements += 1)}`, parameters };
    templates.set(builder, made);
    return made;
  };
  const bound = (input: Input): BoundStatement<Row> => ({
    commandFor: (builder) => {
      const { sql, name, parameters } = templateFor(builder);
      return { sql, name, parameters: bind(parameters, input) };
    },
  });
  const manyFor = (builder: SqlBuilder, inputs: readonly Input[]): SqlBatch => {
    const { sql, name, parameters } = templateFor(builder);
    return { sql, name, rows: inputs.map((input) => bind(parameters, input)) };
  };
  return Object.assign(bound, { manyFor });
}

const PLACEHOLDER = Symbol('placeholder');

interface Placeholder {
  readonly [PLACEHOLDER]: string;
}

function placeholders<Input extends object>(): Input {
  const get = (_: object, field: string): Placeholder => ({ [PLACEHOLDER]: field });
  // The proxy answers every field with its stand-in, which is what Input promises to the builder.
  return new Proxy({}, { get }) as Input;
}

function bind(parameters: readonly unknown[], input: object): SqlValue[] {
  return parameters.map((parameter) => {
    if (!isPlaceholder(parameter)) return toSqlValue(parameter);
    return toSqlValue((input as Record<string, unknown>)[parameter[PLACEHOLDER]]);
  });
}

function isPlaceholder(value: unknown): value is Placeholder {
  return typeof value === 'object' && value !== null && PLACEHOLDER in value;
}

function toSqlValue(value: unknown): SqlValue {
  if (value === undefined || value === null) return null;
  if (typeof value === 'string' || typeof value === 'number') return value;
  if (typeof value === 'bigint' || value instanceof Uint8Array) return value;
  throw new TypeError(`a ${typeof value} cannot be bound to an SQL parameter`);
}
