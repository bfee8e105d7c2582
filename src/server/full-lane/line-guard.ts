/**
 * Finds requests whose lines do not end in CR LF. Needed only where `node:http` has llhttp 8 (Node 20.19.0), which takes a
 * bare LF after the request line, as the empty line and in trailers, and a CR with any byte behind it at the end of the
 * header; llhttp 9 refuses them all.
 *
 * The guard sees each piece of the stream before the parser does, and changes nothing: it follows the framing and notes
 * the number of each request with such a line. What is no request is the parser's to refuse, not the guard's.
 */
const newline = 0x0a;
/** Far above every header limit, so that a line this long has been refused by the parser already. */
const longestLine = 256 * 1024;

/** Whether this Node's parser needs the guard. */
export const parserIsLenient = Number.parseInt(process.versions.llhttp ?? '0', 10) < 9;

export class LineGuard {
  readonly #bad = new Set<number>();
  #state: 'head' | 'size' | 'trailer' | 'skip' | 'off' = 'head';
  /** Requests begun, less one: the number of the one being read. */
  #request = 0;
  #line = '';
  #headBegun = false;
  #chunked = false;
  #skip = 0;
  #afterSkip: 'head' | 'size' = 'head';

  /** Whether the n-th request of the connection, from 0, has such a line in what has come of it so far. */
  isBad(request: number): boolean {
    return this.#bad.has(request);
  }

  feed(piece: Buffer): void {
    let at = 0;
    while (at < piece.length && this.#state !== 'off') {
      if (this.#state === 'skip') {
        const skipped = Math.min(this.#skip, piece.length - at);
        at += skipped;
        this.#skip -= skipped;
        if (this.#skip === 0) this.#endSkip();
        continue;
      }
      const end = piece.indexOf(newline, at);
      this.#line += piece.toString('latin1', at, end < 0 ? piece.length : end);
      if (this.#line.length > longestLine) this.#state = 'off';
      const cr = this.#line.indexOf('\r');
      if (cr >= 0 && cr < this.#line.length - 1) this.#bad.add(this.#request);
      if (end < 0) return;
      at = end + 1;
      const line = this.#line;
      this.#line = '';
      if (!line.endsWith('\r')) this.#bad.add(this.#request);
      this.#take(line.replace(/\r$/, ''));
    }
  }

  #take(line: string): void {
    if (this.#state === 'size') this.#takeSize(line);
    else if (this.#state === 'trailer') {
      if (line === '') this.#nextRequest();
    } else if (line !== '') this.#takeHead(line);
    else if (this.#headBegun) this.#endHead();
  }

  #takeHead(line: string): void {
    const length = /^content-length[ \t]*:[ \t]*(\d{1,15})/i.exec(line);
    if (length) this.#skip = Number(length[1]);
    if (/^transfer-encoding[ \t]*:.*chunked/i.test(line)) this.#chunked = true;
    this.#headBegun = true;
  }

  #endHead(): void {
    if (this.#chunked) this.#state = 'size';
    else if (this.#skip > 0) {
      this.#state = 'skip';
      this.#afterSkip = 'head';
    } else this.#nextRequest();
  }

  #takeSize(line: string): void {
    const size = Number.parseInt(line, 16);
    if (size === 0) this.#state = 'trailer';
    else if (size > 0) {
      this.#skip = size + 2;
      this.#state = 'skip';
      this.#afterSkip = 'size';
    } else this.#state = 'off';
  }

  #endSkip(): void {
    if (this.#afterSkip === 'size') this.#state = 'size';
    else this.#nextRequest();
  }

  #nextRequest(): void {
    this.#request++;
    this.#state = 'head';
    this.#headBegun = false;
    this.#chunked = false;
  }
}
