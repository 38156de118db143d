/** What a command is: data for help and parsing, and a module that is loaded only when it runs. */

/** An option of a command, in commander's notation. Its environment variable is derived. */
export interface OptionSpec {
  /** e.g. `--fail-on <severity>`. */
  readonly flags: string;
  readonly description: string;
  readonly default?: string | number;
  readonly choices?: readonly string[];
  /** The option may be given several times. */
  readonly many?: true;
  /** The option has no variable, because its name means something else elsewhere. */
  readonly variable?: 'none';
}

/** The values of options by their camelCase name. */
export type OptionValues = Readonly<
  Record<string, string | boolean | readonly string[] | undefined>
>;

/** Runs a command; resolves to the exit code of design section 6. */
export type CommandRun = (
  context: CliContext,
  args: readonly string[],
  options: OptionValues,
) => Promise<number>;

/** A command, or a group of commands. */
export interface CommandSpec {
  readonly name: string;
  /** e.g. `<image>` or `<dir> [name]`. */
  readonly arguments?: string;
  readonly summary: string;
  /** Whole command lines, most useful first; help leads with them. */
  readonly examples: readonly string[];
  readonly options?: readonly OptionSpec[];
  /** Options that a program like it has and it has not, without dashes, and what to do instead. */
  readonly refused?: Readonly<Record<string, string>>;
  readonly commands?: readonly CommandSpec[];
  /** Loads the command's work. */
  readonly load?: () => Promise<CommandRun>;
}

/** How a command reaches the operations: on a data folder, or through a server. */
export interface OperationsClient {
  /** Calls an operation of the catalog by name; errors are AssayErrors on either way. */
  call(name: string, input: Readonly<Record<string, unknown>>): Promise<unknown>;
  close(): Promise<void>;
}

/** Where the operations are to be reached. */
export interface Reach {
  readonly data?: string;
  readonly server?: string;
  readonly tokenFile?: string;
  /** Reads only: never refused because a server holds the data folder. */
  readonly readOnly?: boolean;
  /** Tells how far a long operation is, in words for people. */
  readonly progress?: (text: string) => void;
  /** The options of fetching advisories, as they were given. */
  readonly feeds?: OptionValues;
  /** Access to registries for operations that read images. */
  readonly plainHttp?: boolean;
  /** `HOST=URL` of registries that are read somewhere else. */
  readonly mirrors?: readonly string[];
  /** `HOST=FILE` of authorities that are trusted for one registry alone. */
  readonly authorities?: readonly string[];
  /** Docker's `config.json`, or a Kubernetes pull secret. */
  readonly registryAuth?: string | undefined;
}

/** What the world offers to a command. Built by `main.ts`; faked in tests. */
export interface CliContext {
  /** The product's version. */
  readonly version: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: {
    write(text: string): void;
    readonly isTerminal: boolean;
    readonly columns: number;
  };
  readonly stderr: { write(text: string): void; readonly isTerminal: boolean };
  readonly color: boolean;
  now(): number;
  openOperations(reach: Reach): Promise<OperationsClient>;
  /** Runs the server until it is told to stop. */
  serve(options: OptionValues): Promise<number>;
  /** Runs the small registry over a folder until it is told to stop. */
  serveRegistry(folder: string, options: OptionValues): Promise<number>;
  /** Brings a data folder to this version's schema; resolves to what was done, in words. */
  migrate(options: OptionValues): Promise<string>;
}
