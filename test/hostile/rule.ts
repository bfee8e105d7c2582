/**
 * A rule of RFC 9110 or 9112, and the inputs that try it. The rules are data: what is sent, and
 * what a server may do then. Characters are bytes (latin1).
 */
import type { Response } from './response.js';

/**
 * A rule that the text does not put as a MUST is SHOULD here. A message that breaks the grammar is
 * SHOULD unless the text says more: RFC 9110 § 2.2 lets a recipient mend what it receives.
 */
export type Level = 'MUST' | 'SHOULD';

export interface Rule {
  /** For example `9112 § 3.2`. */
  readonly section: string;
  readonly level: Level;
  /** The rule in short. With the section it names the rule. */
  readonly claim: string;
  /**
   * The outcomes that keep the rule: the statuses of all responses, each a number or a class, and
   * a mark. Behind the input comes one more request, so `200+` says that the input got a 200 and
   * the request behind it was served. `400!` says that the connection was closed, and the request
   * behind was not served. `400` allows both; `!` is a close without a word.
   */
  readonly allowed: readonly string[];
  readonly inputs: readonly Input[];
  /** The fault of responses whose statuses are right; undefined: none. */
  readonly check?: (responses: readonly Response[]) => string | undefined;
  /** Whether the client sends nothing behind the input, and says so (FIN). */
  readonly ends?: boolean;
}

/** A name that is unique within its rule, and the bytes. */
export type Input = readonly [name: string, bytes: string];

export const crlf = '\r\n';
export const entity = '/v0/entity?id=k';

/** A request with these lines as its fields, in addition to a good Host. */
export function request(line: string, fields: readonly string[] = [], content = ''): string {
  return bare(line, ['Host: localhost', ...fields], content);
}

/** A request with these lines as its fields, and no others. */
export function bare(line: string, fields: readonly string[], content = ''): string {
  return [line, ...fields, '', content].join(crlf);
}

/** A GET of the entity k, which is there. */
export function get(...fields: readonly string[]): string {
  return request(`GET ${entity} HTTP/1.1`, fields);
}

/** A PUT of the entity w with these fields, none of which is added. */
export function put(fields: readonly string[], content = 'v'): string {
  return request('PUT /v0/entity?id=w HTTP/1.1', fields, content);
}

/** A PUT that no server may ever carry out: its key is looked for at the end. */
export const hidden = request(
  'PUT /v0/entity?id=hidden HTTP/1.1',
  ['Content-Length: 1', 'Connection: close'],
  'h',
);

/** A PUT of w in the chunked coding, with these bytes as its content. */
export function chunked(content: string, ...fields: readonly string[]): string {
  return put(['Transfer-Encoding: chunked', ...fields], content);
}

/** Inputs that differ in one text, which names them. */
export function each(texts: readonly string[], bytes: (text: string) => string): Input[] {
  return texts.map((text) => [shown(text), bytes(text)]);
}

/** A text as a name: printable, and not too long. */
export function shown(text: string): string {
  const printable = JSON.stringify(text).replace(
    /[\x7f-\xff]/g,
    (character) => `\\x${character.charCodeAt(0).toString(16)}`,
  );
  return printable.length > 70 ? `${printable.slice(0, 60)}… (${text.length} bytes)` : printable;
}

/** All bytes that match, as texts. */
export function bytesThat(match: (code: number) => boolean): string[] {
  return Array.from({ length: 256 }, (_, code) => code)
    .filter(match)
    .map((code) => String.fromCharCode(code));
}
