/**
 * Keys and file names on a command line and in messages, which can be pasted into a shell. A key is
 * text, in which `%` and two hexadecimal digits are a byte.
 */
import { maxKeyBytes } from '../../config/limits.js';
import { UsageError } from '../../config/parsers.js';

const rule = `a key of 1 to ${maxKeyBytes} bytes, in which %25 is a percent sign and %FF any byte`;

/** @throws UsageError with the rule alone */
export function keyFromText(text: string): Buffer {
  const latin1 = Buffer.from(text).toString('latin1');
  if (/%(?![0-9a-f]{2})/i.test(latin1)) throw new UsageError(rule);
  const key = Buffer.from(
    latin1.replace(/%(..)/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  );
  if (key.length < 1 || key.length > maxKeyBytes) throw new UsageError(rule);
  return key;
}

/** As a word that no shell changes, and no parser of flags takes for one. */
export function textOfKey(key: Uint8Array): string {
  return Buffer.from(key)
    .toString('latin1')
    .replace(/^-|[^A-Za-z0-9._:/@,-]/g, escaped);
}

/** A text as one word of a POSIX shell. */
export function shellWord(text: string): string {
  const word = text.startsWith('-') && text !== '-' ? `./${text}` : text;
  return /^[A-Za-z0-9._:/@,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** The same where every byte but a letter or digit is escaped, for the query of a URL. */
export function escapedKey(key: Uint8Array): string {
  return Buffer.from(key)
    .toString('latin1')
    .replace(/[^A-Za-z0-9]/g, escaped);
}

function escaped(character: string): string {
  return `%${character.charCodeAt(0).toString(16).padStart(2, '0').toUpperCase()}`;
}
