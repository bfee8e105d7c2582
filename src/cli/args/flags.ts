/**
 * Command-line flags from a table: each is one row, and parsing, checking and `--help` are made from it. Flags are
 * checked before anything else happens, and an error quotes the flag, the rule and what was given.
 */
import { printable } from '../../lab/load/printable.js';
import { display, type Shape, type Split, split, UsageError } from './getopt.js';

export { UsageError };

export interface Flag<T> extends Shape {
  readonly help: string;
  /** Shown in the help. */
  readonly defaultText?: string;
  /** What an error quotes of a value that may be secret; all of it, if absent. */
  readonly quote?: (text: string) => string;
  /**
   * @param before the fallback, or what the same flag was worth when it was given further left
   * @throws UsageError naming the rule; the caller adds flag and value
   */
  parse(text: string, before: T): T;
  readonly fallback: T;
}

export type Flags = Readonly<Record<string, Flag<unknown>>>;
export type Values<F extends Flags> = { readonly [Name in keyof F]: ReturnType<F[Name]['parse']> };

/** The values of a command that takes flags only, each at most once. @throws UsageError */
export function parseFlags<F extends Flags>(flags: F, args: readonly string[]): Values<F> {
  const { given, operands } = split(flags, args);
  for (const [name] of given) {
    const times = given.filter(([other]) => other === name).length;
    if (times > 1) throw new UsageError(`--${name} is given ${times} times; give it once`);
  }
  if (operands.length > 0)
    throw new UsageError(`there is no use for '${operands[0]}': only flags are taken`);
  return valuesOf(flags, given);
}

export interface CommandLine<F extends Flags> {
  readonly values: Values<F>;
  readonly operands: readonly string[];
}

/** The values of a command's flags, and its operands. Of a flag given twice the last counts. @throws UsageError */
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
      const quoted = printable(flag.quote?.(text) ?? text);
      throw new UsageError(
        `${display(name, flag)} takes ${(error as Error).message}, got '${quoted}'`,
      );
    }
  }
  return values as Values<F>;
}

/** The flags of a command as lines of its help. */
export function describeFlags(flags: Flags): string {
  return describeGroups(flags).join();
}

/** The same for flags in groups, in common columns. */
export function describeGroups(...groups: readonly Flags[]): string[] {
  const anyShort = groups.some((flags) =>
    Object.values(flags).some(({ short }) => short !== undefined),
  );
  const left = ([name, { short, value }]: readonly [string, Shape]) => {
    const letter = short === undefined ? (anyShort ? '    ' : '') : `-${short}, `;
    return `${letter}--${value === undefined ? name : `${name} ${value}`}`;
  };
  const width = Math.max(
    ...groups.flatMap((flags) => Object.entries(flags).map((row) => left(row).length)),
  );
  const line = (row: readonly [string, Flag<unknown>]) => {
    const [, { help, defaultText }] = row;
    return `  ${left(row).padEnd(width)}  ${defaultText === undefined ? help : `${help} (${defaultText})`}`;
  };
  return groups.map((flags) => Object.entries(flags).map(line).join('\n'));
}

/** Parses a whole number within bounds. */
export function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = /^[0-9]{1,15}$/.test(text) ? Number(text) : Number.NaN;
    if (!(value >= least && value <= most))
      throw new UsageError(`a whole number from ${least} to ${most}`);
    return value;
  };
}

const unitBytes: Record<string, number> = {
  '': 1,
  B: 1,
  K: 1024,
  KIB: 1024,
  M: 1024 ** 2,
  MIB: 1024 ** 2,
  G: 1024 ** 3,
  GIB: 1024 ** 3,
};

/** Parses a size such as `65536`, `512KiB` or `16MiB` to bytes. */
export function byteSize(least: number, most: number): (text: string) => number {
  return (text) => {
    const [, digits = '', unit = ''] = /^([0-9]{1,12})\s*([A-Za-z]*)$/.exec(text) ?? [];
    const bytes =
      digits === '' ? Number.NaN : Number(digits) * (unitBytes[unit.toUpperCase()] ?? Number.NaN);
    if (!(bytes >= least && bytes <= most))
      throw new UsageError(
        `a size from ${formatBytes(least)} to ${formatBytes(most)}, such as 512KiB or 16MiB`,
      );
    return bytes;
  };
}

export function formatBytes(bytes: number): string {
  for (const unit of ['GiB', 'MiB', 'KiB']) {
    const size = unitBytes[unit.toUpperCase()] as number;
    if (bytes >= size && bytes % size === 0) return `${bytes / size}${unit}`;
  }
  return `${bytes}B`;
}

/** Parses any text but the empty one. */
export function text(what: string): (given: string) => string {
  return (given) => {
    if (given === '') throw new UsageError(what);
    return given;
  };
}

/** A switch: absent is false. */
export function on(help: string, short?: string): Flag<boolean> {
  return { help, ...(short !== undefined && { short }), parse: () => true, fallback: false };
}

/** A flag that may be absent: what holds then is decided elsewhere. */
export function optional<T>(parse: (text: string) => T): {
  parse: (text: string) => T | undefined;
  fallback: undefined;
} {
  return { parse, fallback: undefined };
}
