/** Text of others (a peer, a file, a command line) for a terminal, which must not obey it. */

/** Control characters (also C1's), and unseen ones that turn or break the text around them. */
const unprintable = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;
const names: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** The text with its unprintable characters as escapes, such as `\u001b`. Idempotent. */
export function printable(text: string): string {
  return text.replace(unprintable, (character) => names[character] ?? escaped(character));
}

function escaped(character: string): string {
  const hex = (character.codePointAt(0) as number).toString(16);
  return hex.length > 4 ? `\\u{${hex}}` : `\\u${hex.padStart(4, '0')}`;
}
