/**
 * Checks that what a script returned is one or more whole HTTP/1 requests. A server would wait
 * for the rest of an incomplete one until the run is over, and every figure would measure that
 * wait.
 */
import { ScriptError } from '../load-errors.js';

/** Where and why text is not a request. */
class Fault extends Error {
  readonly at: number;
  constructor(at: number, message: string) {
    super(message);
    this.at = at;
  }
}

/**
 * @param request one byte a character
 * @returns for each request, back to back, whether it is HEAD
 * @throws ScriptError with line and column
 */
export function checkRequests(request: string, where: string): readonly boolean[] {
  try {
    const heads: boolean[] = [];
    for (let at = skipEmptyLines(request, 0); at < request.length || heads.length === 0; ) {
      heads.push(request.startsWith('HEAD ', at));
      at = skipEmptyLines(request, endOfRequest(request, at));
    }
    return heads;
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    const before = request.slice(0, error.at).split('\n');
    const column = (before.at(-1) as string).length + 1;
    throw new ScriptError(`${where} at ${before.length}:${column}: ${error.message}`);
  }
}

function skipEmptyLines(text: string, from: number): number {
  let at = from;
  while (text[at] === '\r' || text[at] === '\n') at++;
  return at;
}

function endOfRequest(text: string, from: number): number {
  const first = lineAt(text, from, 'a request line such as GET / HTTP/1.1');
  if (!/^[!#$%&'*+\-.^_`|~\w]+ [^\s\0]+ HTTP\/1\.[01]$/.test(first.text))
    throw new Fault(
      from,
      `expected a request line such as GET / HTTP/1.1, found ${quote(first.text)}`,
    );
  let bodyBytes: number | 'chunked' = 0;
  let at = first.end;
  while (true) {
    const line = lineAt(text, at, 'a header, or the empty line that ends the headers');
    if (line.text === '') return endOfBody(text, line.end, bodyBytes);
    const header = /^([!#$%&'*+\-.^_`|~\w]+):[ \t]*(.*?)[ \t]*$/s.exec(line.text);
    if (header === null || /[\0\r]/.test(line.text))
      throw new Fault(at, `expected a header such as Name: value, found ${quote(line.text)}`);
    bodyBytes = bodyAfter(header[1] as string, header[2] as string, at) ?? bodyBytes;
    at = line.end;
  }
}

function bodyAfter(name: string, value: string, at: number): number | 'chunked' | undefined {
  if (/^transfer-encoding$/i.test(name) && /\bchunked$/i.test(value)) return 'chunked';
  if (!/^content-length$/i.test(name)) return undefined;
  if (!/^\d{1,15}$/.test(value))
    throw new Fault(at, `expected a number of bytes, found ${quote(value)}`);
  return Number(value);
}

function endOfBody(text: string, from: number, bytes: number | 'chunked'): number {
  if (bytes === 'chunked') return endOfChunks(text, from);
  const there = text.length - from;
  if (there < bytes)
    throw new Fault(
      text.length,
      `the body ends after ${there} bytes, and Content-Length says ${bytes}`,
    );
  return from + bytes;
}

function endOfChunks(text: string, from: number): number {
  for (let at = from; ; ) {
    const size = lineAt(text, at, 'the size of a chunk');
    const bytes = /^([0-9a-f]{1,8})(;.*)?$/i.exec(size.text)?.[1];
    if (bytes === undefined)
      throw new Fault(at, `expected the size of a chunk in hex, found ${quote(size.text)}`);
    at = size.end + Number.parseInt(bytes, 16);
    const line = lineAt(text, at, 'the end of a chunk');
    if (line.text !== '')
      throw new Fault(at, `expected the end of a chunk, found ${quote(line.text)}`);
    at = line.end;
    if (Number.parseInt(bytes, 16) === 0) return at;
  }
}

function lineAt(text: string, from: number, expected: string): { text: string; end: number } {
  const end = text.indexOf('\n', from);
  if (end < 0) throw new Fault(text.length, `the request is incomplete: expected ${expected}`);
  return { text: text.slice(from, text[end - 1] === '\r' ? end - 1 : end), end: end + 1 };
}

function quote(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
}
