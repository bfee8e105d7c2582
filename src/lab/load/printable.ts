/** Text of others (a peer, a file, a command line) for a line on a terminal, which must not obey it. */

/** Control characters, among them those of C1, and what is not seen but turns or breaks the text around it. */
const unprintable = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;
const names: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** The text with its unprintable characters written as escapes: `\u001b`. Twice is the same as once. */
export function printable(text: string): string {
  return text.replace(unprintable, (character) => names[character] ?? escaped(character));
}

function escaped(character: string): string {
  const hex = (character.codePointAt(0) as number).toString(16);
  return hex.length > 4 ? `\\u{${hex}}` : `\\u${hex.padStart(4, '0')}`;
}
