/** Parsers of values that people write: on a command line, in a variable, in a file. */

/**
 * A wrong command line, variable or configuration file: one line without a stack, exit code 2. A
 * parser gives the rule alone; its caller adds the name of the value and the text given.
 */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = /^[0-9]{1,15}$/.test(text) ? Number(text) : Number.NaN;
    if (!(value >= min && value <= max))
      throw new UsageError(`a whole number from ${min} to ${max}`);
    return value;
  };
}

const unitBytes: Readonly<Record<string, number>> = {
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
export function byteSize(min: number, max: number): (text: string) => number {
  return (text) => {
    const [, digits, unit = ''] = /^([0-9]{1,12})\s*([A-Za-z]*)$/.exec(text) ?? [];
    const bytes = Number(digits) * (unitBytes[unit.toUpperCase()] ?? Number.NaN);
    if (!(bytes >= min && bytes <= max))
      throw new UsageError(
        `a size from ${formatBytes(min)} to ${formatBytes(max)}, such as 512KiB or 16MiB`,
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
export function text(rule: string): (given: string) => string {
  return (given) => {
    if (given === '') throw new UsageError(rule);
    return given;
  };
}

/** Parses host names, separated by commas. */
export function hostNames(text: string): readonly string[] {
  const names = text.split(',').map((name) => name.trim());
  if (names.every((name) => /^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*\.?$/.test(name))) return names;
  throw new UsageError('host names without a port, separated by commas');
}

/** An origin as browsers write it: without a path, and without the port that the scheme implies. */
export const originRule =
  'origins as a browser sends them, such as https://app.example or http://localhost:3000';

/**
 * Whether the text is an origin (RFC 6454 § 6.2). `*` is not one: without tokens, it would give
 * the store to every page of the web. Neither is `null`, which any page can make its origin.
 */
export function isOrigin(text: string): boolean {
  if (!/^[a-z][a-z0-9+.-]*:\/\/[a-z0-9_.:[\]-]+$/.test(text)) return false;
  return !/^https?:/.test(text) || (URL.canParse(text) && new URL(text).origin === text);
}

/** Parses origins, separated by commas. */
export function origins(text: string): readonly string[] {
  const all = text.split(',').map((origin) => origin.trim());
  if (all.every(isOrigin)) return all;
  throw new UsageError(`${originRule}, separated by commas`);
}

/** Parses one of the words. They are a field of the parser, for completion on a command line. */
export function oneOf<Word extends string>(...words: readonly Word[]) {
  const parse = (text: string): Word => {
    const word = words.find((candidate) => candidate === text);
    if (word === undefined)
      throw new UsageError(`${words.slice(0, -1).join(', ')} or ${words.at(-1)}`);
    return word;
  };
  return Object.assign(parse, { words });
}

/** Parses a switch: its flag has no text, a variable or a file says `true` or `false`. */
export function yesOrNo(text: string): boolean {
  if (text === '' || text === 'true') return true;
  if (text === 'false') return false;
  throw new UsageError('true or false');
}

/** A value with a default, which the help shows. */
export function withDefault<T>(
  parse: (text: string) => T,
  fallback: T,
  defaultText = String(fallback),
) {
  return { parse, fallback, defaultText };
}

/** For a value that may be absent: what holds then is decided elsewhere. */
export function optional<T>(parse: (text: string) => T | undefined) {
  return { parse, fallback: undefined };
}
