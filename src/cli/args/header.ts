/** The flag `-H "NAME: VALUE"`. wrk2 drops in silence what it can't read; here it is refused. */
import { UsageError } from '../../config/parsers.js';

export type Header = readonly [name: string, value: string];

/** The part of a refused header that may be shown: its first word. The rest may be a password. */
export function withoutValue(text: string): string {
  const [name = ''] = /^[^\s:]*:?/.exec(text) ?? [];
  return name === text ? text : `${name}…`;
}

/** Parses one header more. The last of a name counts, as in wrk2, where headers are a table. */
export function header(text: string, before: readonly Header[]): readonly Header[] {
  const [, name = '', value = ''] = /^([^:]*): (.*)$/s.exec(text) ?? [];
  if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name))
    throw new UsageError(
      "'NAME: VALUE' with a colon and a space between, and a name of letters, digits and dashes",
    );
  if (/[^\t\P{Cc}]/u.test(value))
    throw new UsageError('a header on one line, without control characters');
  const others = before.filter(([other]) => other.toLowerCase() !== name.toLowerCase());
  return [...others, [name, value]];
}
