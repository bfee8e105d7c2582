/**
 * Requests as a client sends them: whole ones through fetch, and raw bytes over a socket, for
 * everything that a proper client would not send or not show (framing, order, half a request).
 * Characters are bytes (latin1).
 */
import { connect, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

export function entityUrl(base: string, id: string, parameters = ''): string {
  return `${base}/v0/entity?id=${encodeURIComponent(id)}${parameters}`;
}

/** A request as bytes, with a Host; `content` brings its Content-Length with it. */
export function request(
  method: string,
  target: string,
  fields: readonly string[] = [],
  content?: string,
): string {
  const length = content === undefined ? [] : [`Content-Length: ${content.length}`];
  const head = [`${method} ${target} HTTP/1.1`, 'Host: localhost', ...fields, ...length];
  return `${head.join('\r\n')}\r\n\r\n${content ?? ''}`;
}

export interface RawAnswer {
  readonly status: number;
  /** By name in lower case; fields of one name are joined by a comma. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
  /** Each chunk of the body, if it came in the chunked transfer coding. */
  readonly chunks?: readonly string[];
}

/**
 * Sends bytes as they are and returns all that comes back until the server closes the connection,
 * or until `idleMs` pass without a byte.
 */
export async function sendRaw(
  base: string,
  bytes: string,
  idleMs = 500,
): Promise<{ text: string; closed: boolean }> {
  const connection = new RawConnection(base);
  connection.write(bytes);
  const closed = await connection.closedWithin(idleMs);
  connection.destroy();
  return { text: connection.received, closed };
}

/** Called with each request that was asked alone, and its response, by the URL of its server. */
export const exchangeListeners = new Map<string, (bytes: string, answer: RawAnswer) => void>();

/** One connection, for as long as the test lasts. */
export class RawConnection {
  readonly #base: string;
  readonly #socket: Socket;
  readonly #closed: Promise<void>;
  readonly #answers: RawAnswer[] = [];
  #received = '';
  /** Up to here answers are taken apart, and nothing more can be before so much is there. */
  #parsed = 0;
  #needed = 0;
  #isClosed = false;
  #onChange: (() => void) | undefined;

  constructor(base: string) {
    this.#base = base;
    const { hostname, port } = new URL(base);
    const socket = connect(Number(port), hostname.replace(/^\[|\]$/g, ''));
    this.#socket = socket;
    socket.on('data', (piece) => {
      this.#received += piece.toString('latin1');
      this.#onChange?.();
    });
    // A reset is an end like another here: the test looks at what came before.
    socket.on('error', () => {});
    this.#closed = new Promise((resolve) => {
      socket.once('close', () => {
        this.#isClosed = true;
        this.#onChange?.();
        resolve();
      });
    });
    onTestFinished(() => this.destroy());
  }

  /** All that came so far. */
  get received(): string {
    return this.#received;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Resolves when the connection is closed, by whichever side. */
  get closed(): Promise<void> {
    return this.#closed;
  }

  /** Sends, and says how many bytes wait to be taken by the kernel. */
  write(bytes: string): number {
    if (this.#socket.writable) this.#socket.write(bytes, 'latin1');
    return this.#socket.writableLength;
  }

  /** Stops reading, so that the server's answers pile up; `resume` goes on. */
  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  /** Says that nothing more will be sent (FIN), and goes on reading. */
  endSending(): void {
    this.#socket.end();
  }

  /** Goes away without a word. */
  destroy(): void {
    this.#socket.destroy();
  }

  /** Goes away with a reset, as a client that crashed with unread bytes. */
  reset(): void {
    this.#socket.resetAndDestroy();
  }

  /**
   * The first `count` answers, 1xx included. Fails, with what came, if the connection ends before
   * they are whole.
   */
  answers(count: number): Promise<RawAnswer[]> {
    return new Promise((resolve, reject) => {
      const look = () => {
        this.#parse();
        if (this.#answers.length >= count) resolve(this.#answers.slice(0, count));
        else if (this.#isClosed)
          reject(
            new Error(
              `closed after ${this.#answers.length} of ${count} responses: ` +
                this.#received.slice(-300),
            ),
          );
      };
      this.#onChange = look;
      look();
    });
  }

  /** Sends and returns the response, the only one outstanding. */
  async ask(bytes: string): Promise<RawAnswer> {
    this.#parse();
    const before = this.#answers.length;
    this.write(bytes);
    const answer = (await this.answers(before + 1))[before] as RawAnswer;
    exchangeListeners.get(this.#base)?.(bytes, answer);
    return answer;
  }

  /** Whether the connection ends before `idleMs` pass without a byte. */
  async closedWithin(idleMs: number): Promise<boolean> {
    this.#socket.setTimeout(idleMs);
    const idle = new Promise<void>((resolve) => this.#socket.once('timeout', resolve));
    await Promise.race([this.#closed, idle]);
    return this.#isClosed;
  }

  #parse(): void {
    while (this.#received.length >= this.#needed || this.#isClosed) {
      const next = parseAnswer(this.#received, this.#parsed, this.#isClosed);
      if (typeof next === 'number') {
        this.#needed = next;
        return;
      }
      this.#answers.push(next.answer);
      this.#parsed = next.end;
    }
  }
}

/** The whole answers in what a server sent until it closed, 1xx included. */
export function parseAnswers(text: string): RawAnswer[] {
  const answers: RawAnswer[] = [];
  let next = parseAnswer(text, 0, true);
  while (typeof next !== 'number') {
    answers.push(next.answer);
    next = parseAnswer(text, next.end, true);
  }
  return answers;
}

/**
 * The answer that starts at `at`, and where it ends; if it is not whole, how long the text must be
 * before it can be.
 */
function parseAnswer(
  text: string,
  at: number,
  closed: boolean,
): { answer: RawAnswer; end: number } | number {
  if (!text.startsWith('HTTP/1.1 ', at)) return text.length + 1;
  const headEnd = text.indexOf('\r\n\r\n', at);
  if (headEnd < 0) return text.length + 1;
  const [line = '', ...fields] = text.slice(at, headEnd).split('\r\n');
  const status = Number(line.split(' ')[1]);
  const headers = new Map<string, string>();
  for (const field of fields) {
    const colon = field.indexOf(':');
    const name = field.slice(0, colon).toLowerCase();
    const value = field.slice(colon + 1).trim();
    headers.set(name, headers.has(name) ? `${headers.get(name)}, ${value}` : value);
  }
  const start = headEnd + 4;
  if (headers.get('transfer-encoding') === 'chunked') {
    const parsed = parseChunks(text, start);
    if (typeof parsed === 'number') return parsed;
    const { chunks, end } = parsed;
    return { answer: { status, headers, body: chunks.join(''), chunks }, end };
  }
  const length = headers.get('content-length');
  const isEmpty = status < 200 || status === 204 || status === 304;
  const untilClose = length === undefined && !isEmpty;
  if (untilClose && !closed) return text.length + 1;
  const end = untilClose ? text.length : start + (isEmpty ? 0 : Number(length ?? 0));
  if (end > text.length) return end;
  return { answer: { status, headers, body: text.slice(start, end) }, end };
}

/**
 * The chunks of a chunked body without trailers; if it is not whole, how long the text must be
 * before it can be.
 */
function parseChunks(text: string, start: number): { chunks: string[]; end: number } | number {
  const chunks: string[] = [];
  let at = start;
  for (;;) {
    const lineEnd = text.indexOf('\r\n', at);
    if (lineEnd < 0) return text.length + 1;
    const size = text.slice(at, lineEnd);
    if (!/^[0-9a-f]+$/i.test(size))
      throw new Error(`a chunk size is not a hexadecimal number: ${size}`);
    const from = lineEnd + 2;
    const to = from + Number.parseInt(size, 16);
    if (text.length < to + 2) return to + 2;
    if (text.slice(to, to + 2) !== '\r\n')
      throw new Error(`a chunk does not end at its size, ${size}`);
    at = to + 2;
    if (to === from) return { chunks, end: at };
    chunks.push(text.slice(from, to));
  }
}
