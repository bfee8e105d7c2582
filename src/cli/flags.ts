/**
 * Command-line flags from a table: each is one row, and parsing, checking and `--help` are made from it. Flags are
 * checked before anything else happens, and an error quotes the flag, the rule and what was given.
 */
import { parseArgs } from 'node:util';

/** A wrong command line. Printed without a stack; exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export interface Flag<T> {
  /** What stands for the value in the help, such as `PORT`; none: the flag is a switch. */
  readonly value?: string;
  readonly help: string;
  /** Shown in the help. */
  readonly defaultText?: string;
  /** @throws UsageError naming the rule; the caller adds flag and value */
  readonly parse: (text: string) => T;
  readonly fallback: T;
}

export type Flags = Readonly<Record<string, Flag<unknown>>>;
export type Values<F extends Flags> = { readonly [Name in keyof F]: ReturnType<F[Name]['parse']> };

/** The values of a command's flags. @throws UsageError */
export function parseFlags<F extends Flags>(flags: F, args: readonly string[]): Values<F> {
  const options = Object.fromEntries(
    Object.entries(flags).map(([name, { value }]) => [
      name,
      value === undefined ? ({ type: 'boolean' } as const) : ({ type: 'string', multiple: true } as const),
    ]),
  );
  let given: Record<string, string[] | boolean | undefined>;
  try {
    given = parseArgs({ args: [...args], options, allowPositionals: false, strict: true })
      .values as typeof given;
  } catch (error) {
    const [, ambiguous] = /^Option '(--[^ ']+).*ambiguous/.exec((error as Error).message) ?? [];
    throw new UsageError(
      ambiguous
        ? `${ambiguous} needs a value; write ${ambiguous}=VALUE for one that begins with a dash`
        : ((error as Error).message.split(/\.\s/)[0] ?? 'bad flags'),
    );
  }
  const values = Object.entries(flags).map(([name, flag]) => {
    const texts = given[name];
    if (texts === undefined) return [name, flag.fallback];
    if (texts === true || texts === false) return [name, texts];
    if (texts.length > 1) throw new UsageError(`--${name} is given ${texts.length} times; give it once`);
    const [text = ''] = texts;
    try {
      return [name, flag.parse(text)];
    } catch (error) {
      throw new UsageError(`--${name} takes ${(error as Error).message}, got '${text}'`);
    }
  });
  return Object.fromEntries(values);
}

/** The flags of a command as lines of its help. */
export function describeFlags(flags: Flags): string {
  const rows = Object.entries(flags).map(([name, { value, help, defaultText }]) => [
    value === undefined ? `--${name}` : `--${name} ${value}`,
    defaultText === undefined ? help : `${help} (${defaultText})`,
  ]);
  const width = Math.max(...rows.map(([left = '']) => left.length));
  return rows.map(([left = '', right]) => `  ${left.padEnd(width)}  ${right}`).join('\n');
}

/** Parses a whole number within bounds. */
export function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = /^[0-9]{1,15}$/.test(text) ? Number(text) : Number.NaN;
    if (!(value >= least && value <= most)) throw new UsageError(`a whole number from ${least} to ${most}`);
    return value;
  };
}

const unitBytes: Record<string, number> = { '': 1, B: 1, KIB: 1024, MIB: 1024 ** 2, K: 1024, M: 1024 ** 2 };

/** Parses a size such as `65536`, `512KiB` or `16MiB` to bytes. */
export function byteSize(least: number, most: number): (text: string) => number {
  return (text) => {
    const [, digits = '', unit = ''] = /^([0-9]{1,12})\s*([A-Za-z]*)$/.exec(text) ?? [];
    const bytes = digits === '' ? Number.NaN : Number(digits) * (unitBytes[unit.toUpperCase()] ?? Number.NaN);
    if (!(bytes >= least && bytes <= most))
      throw new UsageError(
        `a size from ${formatBytes(least)} to ${formatBytes(most)}, such as 512KiB or 16MiB`,
      );
    return bytes;
  };
}

export function formatBytes(bytes: number): string {
  if (bytes >= 1024 ** 2 && bytes % 1024 ** 2 === 0) return `${bytes / 1024 ** 2}MiB`;
  return bytes >= 1024 && bytes % 1024 === 0 ? `${bytes / 1024}KiB` : `${bytes}B`;
}

/** Parses any text but the empty one. */
export function text(what: string): (given: string) => string {
  return (given) => {
    if (given === '') throw new UsageError(what);
    return given;
  };
}

/** A switch: absent is false. */
export function on(help: string): Flag<boolean> {
  return { help, parse: () => true, fallback: false };
}
