/**
 * Keys and file names on a command line and in messages, which can be pasted into a shell. A key is
 * text, in which `%` and two hexadecimal digits are a byte.
 */
import { maxKeyBytes } from '../../config/limits.js';
import { UsageError } from '../../config/parsers.js';

export { escapedKey, textOfKey } from '../../store/text-of-key.js';

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

/** A text as one word of a POSIX shell. */
export function shellWord(text: string): string {
  const word = text.startsWith('-') && text !== '-' ? `./${text}` : text;
  return /^[A-Za-z0-9._:/@,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
