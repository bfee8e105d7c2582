/** The heads of responses as text, with the fields that node:http would add. */
import { STATUS_CODES } from 'node:http';

const secondMs = 1000;

/** Header fields as text, by the object that lists them: responses of one kind share theirs. */
const lines = new WeakMap<object, string>();

export class ResponseHead {
  readonly #keepAlive: string;
  readonly #common: string;
  #second = 0;
  #kept = '';
  #closed = '';
  /** The last head and its arguments: like responses share it until the second is over. */
  #last = '';
  #status = 0;
  #fields: object | undefined;
  #contentLength = -1;
  #closes = false;

  /**
   * @param keepAliveMs how long an idle connection is kept, for the client to know
   * @param common fields of every response
   */
  constructor(keepAliveMs: number, common: Readonly<Record<string, string>> = {}) {
    this.#common = linesOf(common);
    const seconds = Math.floor(keepAliveMs / 1000);
    this.#keepAlive = `Connection: keep-alive\r\nKeep-Alive: timeout=${seconds}\r\n\r\n`;
  }

  /**
   * Status line and fields, to the empty line.
   * @param fields without Content-Length, Date (RFC 9110 § 6.6.1) and Connection
   */
  format(
    status: number,
    fields: Readonly<Record<string, string>>,
    contentLength: number,
    closes: boolean,
  ): string {
    const second = Math.floor(Date.now() / secondMs);
    if (second !== this.#second) this.#begin(second);
    else if (
      fields === this.#fields &&
      contentLength === this.#contentLength &&
      status === this.#status &&
      closes === this.#closes
    )
      return this.#last;
    let text = lines.get(fields);
    if (text === undefined) {
      text = linesOf(fields);
      lines.set(fields, text);
    }
    this.#fields = fields;
    this.#contentLength = contentLength;
    this.#status = status;
    this.#closes = closes;
    this.#last =
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${text}` +
      `Content-Length: ${contentLength}\r\n${closes ? this.#closed : this.#kept}`;
    return this.#last;
  }

  #begin(second: number): void {
    this.#second = second;
    const date = `${this.#common}Date: ${new Date(second * secondMs).toUTCString()}\r\n`;
    this.#kept = `${date}${this.#keepAlive}`;
    this.#closed = `${date}Connection: close\r\n\r\n`;
    this.#fields = undefined;
  }
}

function linesOf(fields: Readonly<Record<string, string>>): string {
  return Object.entries(fields)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('');
}
