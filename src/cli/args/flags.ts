/**
 * Command-line flags from a table: parsing, checking and `--help` follow from its rows. Flags are
 * checked before anything else happens. An error quotes the flag, the rule and the value given.
 */
import { UsageError } from '../../config/parsers.js';
import { display, type Shape, type Split, split } from './getopt.js';

export interface Flag<T> extends Shape {
  readonly help: string;
  readonly defaultText?: string;
  /** The part of a value that an error may quote, if the value may be secret. */
  readonly quote?: (text: string) => string;
  /**
   * @param before the fallback, or the value of the same flag given further left
   * @throws UsageError with the rule alone; the caller adds flag and value
   */
  parse(text: string, before: T): T;
  readonly fallback: T;
}

export type Flags = Readonly<Record<string, Flag<unknown>>>;
export type Values<F extends Flags> = { readonly [Name in keyof F]: ReturnType<F[Name]['parse']> };

export interface CommandLine<F extends Flags> {
  readonly values: Values<F>;
  readonly operands: readonly string[];
}

/** The values of flags, and the operands. The last of a repeated flag counts. @throws UsageError */
export function parseCommandLine<F extends Flags>(
  flags: F,
  args: readonly string[],
): CommandLine<F> {
  const { given, operands } = split(flags, args);
  return { values: valuesOf(flags, given), operands };
}

function valuesOf<F extends Flags>(flags: F, given: Split['given']): Values<F> {
  const values = Object.fromEntries(
    Object.entries(flags).map(([name, { fallback }]) => [name, fallback]),
  );
  for (const [name, text = ''] of given) {
    const flag = flags[name] as Flag<unknown>;
    try {
      values[name] = flag.parse(text, values[name]);
    } catch (error) {
      const quoted = flag.quote?.(text) ?? text;
      throw new UsageError(
        `${display(name, flag)} takes ${(error as Error).message}, got '${quoted}'`,
      );
    }
  }
  return values as Values<F>;
}

/**
 * The text of each flag, for a command that takes flags only. A list takes all that is given; any
 * other flag is given once.
 * @throws UsageError
 */
export function textsOf(flags: Rows, args: readonly string[]): ReadonlyMap<string, string> {
  const { given, operands } = split(flags, args);
  if (operands.length > 0) throw unexpected(operands[0]);
  const texts = new Map<string, string>();
  for (const [name, text = ''] of given) {
    const before = texts.get(name);
    if (before !== undefined && !flags[name]?.isList)
      throw new UsageError(`--${name} is given more than once`);
    texts.set(name, before === undefined ? text : `${before},${text}`);
  }
  return texts;
}

/** The error of a command that takes flags only. */
export function unexpected(operand: string | undefined): UsageError {
  return new UsageError(`unexpected argument '${operand}': only flags are taken`);
}

/** A flag as help and completion show it. */
export type Row = Shape &
  Pick<Flag<unknown>, 'help' | 'defaultText'> & {
    /** Each that is given counts. */
    readonly isList?: boolean;
    /** A parser with `words` takes these alone. */
    readonly parse?: ((text: string, before: never) => unknown) & {
      readonly words?: readonly string[];
    };
  };
export type Rows = Readonly<Record<string, Row>>;

/** The flags of a command as lines of its help. */
export function describeFlags(flags: Rows): string {
  return describeGroups(flags).join();
}

/** The same for flags in groups, in common columns. */
export function describeGroups(...groups: readonly Rows[]): string[] {
  const anyShort = groups.some((flags) => Object.values(flags).some(({ short }) => short));
  const left = ([name, { short, value }]: readonly [string, Shape]) => {
    const letter = short === undefined ? (anyShort ? '    ' : '') : `-${short}, `;
    return `${letter}--${value === undefined ? name : `${name} ${value}`}`;
  };
  const width = Math.max(
    ...groups.flatMap((flags) => Object.entries(flags).map(left)).map(({ length }) => length),
  );
  const line = (row: readonly [string, Row]) => {
    const [, { help, defaultText }] = row;
    const end = defaultText === undefined ? '' : ` (${defaultText})`;
    return `  ${left(row).padEnd(width)}  ${help}${end}`;
  };
  return groups.map((flags) => Object.entries(flags).map(line).join('\n'));
}

/** A switch: absent is false. */
export function on(help: string, short?: string): Flag<boolean> {
  return { help, ...(short !== undefined && { short }), parse: () => true, fallback: false };
}
