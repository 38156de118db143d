/**
 * Go's `fmt.Sprintf`: reads the directives of a format and says what Go says of wrong ones. How
 * one argument is printed stands in `go-argument.ts`. Specification: https://pkg.go.dev/fmt
 */
import type { BuiltinContext } from '../model/builtin.ts';
import { describeArgument, printArgument } from './go-argument.ts';
import type { GoArgument, Verb } from './go-argument.ts';

/** What a format takes from: steps for what it reads, bytes for what it writes. */
export type FormatMeters = Pick<BuiltinContext, 'charge' | 'allocate'>;

/** Beyond this no width or precision is honoured. */
const MAX_SIZE = 1_000_000;
const FLAGS = '#0+- ';
const BYTES_PER_UNIT = 2;
/** Steps of one directive. */
const DIRECTIVE_STEPS = 4;

/** Formats as Go does; each argument is made when it is first printed. */
export function goFormat(
  format: string,
  args: readonly (() => GoArgument)[],
  meters: FormatMeters,
): string {
  const printer = new Printer(format, args, meters);
  printer.print();
  return printer.text();
}

/** What stands in a directive before its verb, as far as it is read. */
interface Directive {
  flags: string;
  width: number | undefined;
  precision: number | undefined;
  /** Every `[n]` named an argument, and stood where one may. */
  isGood: boolean;
}

class Printer {
  readonly #format: string;
  readonly #args: readonly (() => GoArgument)[];
  readonly #meters: FormatMeters;
  readonly #pieces: string[] = [];
  #at = 0;
  #next = 0;
  #isReordered = false;
  /** The last thing read of a directive was an index like `[3]`. */
  #isAfterIndex = false;

  constructor(format: string, args: readonly (() => GoArgument)[], meters: FormatMeters) {
    this.#format = format;
    this.#args = args;
    this.#meters = meters;
  }

  text(): string {
    return this.#pieces.join('');
  }

  print(): void {
    while (this.#at < this.#format.length) {
      const percent = this.#format.indexOf('%', this.#at);
      const end = percent === -1 ? this.#format.length : percent;
      this.#push(this.#format.slice(this.#at, end));
      this.#at = end + 1;
      if (percent !== -1) this.#directive();
    }
    this.#extra();
  }

  #push(text: string): void {
    if (text === '') return;
    this.#meters.allocate(text.length * BYTES_PER_UNIT);
    this.#pieces.push(text);
  }

  #directive(): void {
    this.#meters.charge(DIRECTIVE_STEPS);
    this.#isAfterIndex = false;
    const directive: Directive = {
      flags: this.#flags(),
      width: undefined,
      precision: undefined,
      isGood: true,
    };
    this.#index(directive);
    this.#width(directive);
    this.#precision(directive);
    if (!this.#isAfterIndex) this.#index(directive);
    const code = this.#format.codePointAt(this.#at);
    if (code === undefined) {
      this.#push('%!(NOVERB)');
      return;
    }
    const letter = String.fromCodePoint(code);
    this.#at += letter.length;
    this.#push(this.#verb(letter, directive));
  }

  #verb(letter: string, { flags, width, precision, isGood }: Directive): string {
    if (letter === '%') return '%';
    if (!isGood) return `%!${letter}(BADINDEX)`;
    const argument = this.#take();
    if (!argument) return `%!${letter}(MISSING)`;
    this.#meters.allocate(((width ?? 0) + (precision ?? 0)) * BYTES_PER_UNIT);
    const verb: Verb = { letter, flags, width, precision };
    return printArgument(argument, verb);
  }

  #flags(): string {
    const start = this.#at;
    while (FLAGS.includes(this.#format[this.#at] ?? 'end')) this.#at += 1;
    return this.#format.slice(start, this.#at);
  }

  /** Goes to the argument that `[n]` names, if that is next. */
  #index(directive: Directive): void {
    this.#isAfterIndex = false;
    if (this.#format[this.#at] !== '[') return;
    this.#isReordered = true;
    const close = this.#format.indexOf(']', this.#at);
    const written = close === -1 ? '' : this.#format.slice(this.#at + 1, close);
    const index = /^\d{1,7}$/.test(written) ? Number(written) - 1 : -1;
    this.#at = close === -1 ? this.#at + 1 : close + 1;
    if (index >= 0 && index < this.#args.length) this.#next = index;
    else directive.isGood = false;
    this.#isAfterIndex = /^\d{1,7}$/.test(written);
  }

  #width(directive: Directive): void {
    if (this.#format[this.#at] !== '*') {
      directive.width = this.#number();
      if (this.#isAfterIndex && directive.width !== undefined) directive.isGood = false;
      return;
    }
    const width = this.#starred();
    if (width === undefined) this.#push('%!(BADWIDTH)');
    if (width !== undefined && width < 0) directive.flags += '-';
    directive.width = width === undefined ? undefined : Math.abs(width);
  }

  #precision(directive: Directive): void {
    if (this.#format[this.#at] !== '.') return;
    this.#at += 1;
    if (this.#isAfterIndex) directive.isGood = false;
    this.#index(directive);
    if (this.#format[this.#at] !== '*') {
      directive.precision = this.#number() ?? 0;
      return;
    }
    const precision = this.#starred();
    directive.precision = precision !== undefined && precision >= 0 ? precision : undefined;
    if (directive.precision === undefined) this.#push('%!(BADPREC)');
  }

  /** Digits; so many that no size is meant take the rest of the format with them, as in Go. */
  #number(): number | undefined {
    let [value, digits] = [0, 0];
    for (;;) {
      const unit = this.#format[this.#at + digits] ?? '';
      if (!/^\d$/.test(unit)) break;
      if (value > MAX_SIZE) {
        this.#at = this.#format.length;
        return undefined;
      }
      value = value * 10 + Number(unit);
      digits += 1;
    }
    this.#at += digits;
    return digits === 0 ? undefined : value;
  }

  /** The whole number that `*` takes from the arguments. */
  #starred(): number | undefined {
    this.#at += 1;
    this.#isAfterIndex = false;
    const taken = this.#take();
    if (taken?.type !== 'int') return undefined;
    const size = Number(taken.value);
    return Math.abs(size) <= MAX_SIZE ? size : undefined;
  }

  #take(): GoArgument | undefined {
    const taken = this.#args[this.#next]?.();
    if (taken) this.#next += 1;
    return taken;
  }

  #extra(): void {
    if (this.#isReordered || this.#next >= this.#args.length) return;
    this.#push('%!(EXTRA ');
    for (let first = true; this.#next < this.#args.length; first = false) {
      this.#push((first ? '' : ', ') + describeArgument(this.#take() as GoArgument));
    }
    this.#push(')');
  }
}
