/** What a migration is, and the few words in which the databases' table definitions differ. */

/** The words of a dialect that table definitions need. */
export interface SqlDialect {
  /** Type of a column that numbers rows by itself. */
  readonly serial: string;
  /** Type of a numeric key that the caller chooses. */
  readonly numbered: string;
  /** Ends the definition of a table that lives in its primary key. */
  readonly keyed: string;
}

/** One forward step of the schema. */
export interface Migration {
  /** Counts from 1 without gaps. */
  readonly version: number;
  /** Kebab-case, as in its file's name. */
  readonly name: string;
  readonly statements: (dialect: SqlDialect) => readonly string[];
}

/** SQLite's words. */
export const SQLITE_DIALECT: SqlDialect = {
  serial: 'integer primary key',
  numbered: 'integer primary key',
  keyed: 'without rowid',
};
