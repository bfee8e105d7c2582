/**
 * The query of a request target, by the URL standard (§ 5.1, application/x-www-form-urlencoded) but
 * for two differences. Values are bytes, not text, because a key may be any bytes. A bad escape, an
 * unknown name and a repeated name are refused, so that a slip cannot name another key.
 */
import { Problem, quote } from './problem.js';

/** The parameters of one request, by name. */
export type Query = ReadonlyMap<string, Buffer>;

const percent = 0x25;
const plus = 0x2b;
const space = 0x20;

/**
 * @param query the part behind the `?`, one character per byte (latin1)
 * @param names the parameters that the operation takes
 * @throws Problem 400 on a bad escape, another name, or a name that comes twice
 */
export function parseQuery(query: string, names: ReadonlySet<string>): Query {
  const parameters = new Map<string, Buffer>();
  for (let start = 0; start <= query.length; ) {
    const ampersand = query.indexOf('&', start);
    const end = ampersand < 0 ? query.length : ampersand;
    if (end > start) add(parameters, query.slice(start, end), names);
    start = end + 1;
  }
  return parameters;
}

function add(parameters: Map<string, Buffer>, part: string, names: ReadonlySet<string>): void {
  const equals = part.indexOf('=');
  const rawName = equals < 0 ? part : part.slice(0, equals);
  const name = isPlain(rawName) ? rawName : decode(rawName, 'a parameter name').toString('latin1');
  if (!names.has(name))
    throw new Problem(
      400,
      `unknown parameter ${quote(name)}; this path and method take ${[...names].join(', ')}`,
    );
  if (parameters.has(name))
    throw new Problem(400, `the parameter ${name} is given twice; give it once`);
  parameters.set(name, decode(equals < 0 ? '' : part.slice(equals + 1), name));
}

/** Percent-decodes to bytes; a plus is a space. */
function decode(text: string, name: string): Buffer {
  const bytes = Buffer.from(text, 'latin1');
  if (isPlain(text)) return bytes;
  let length = 0;
  for (let at = 0; at < bytes.length; at++) {
    let byte = bytes[at] as number;
    if (byte === plus) byte = space;
    else if (byte === percent) {
      const high = hexDigit(bytes[at + 1]);
      const low = hexDigit(bytes[at + 2]);
      if (high < 0 || low < 0)
        throw new Problem(
          400,
          `bad escape in ${name} at byte ${at}: a % must be followed by two hexadecimal digits; ` +
            'write %25 for a percent sign',
        );
      byte = high * 16 + low;
      at += 2;
    }
    bytes[length++] = byte;
  }
  return bytes.subarray(0, length);
}

/** Whether each character stands for itself. */
function isPlain(text: string): boolean {
  return !text.includes('%') && !text.includes('+');
}

/** The value of a hexadecimal digit's code, or -1. */
function hexDigit(code: number | undefined): number {
  if (code === undefined) return -1;
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}
