/**
 * Sends the lines of an import in batches, and settles each by its result. Lines without a result
 * are kept, and sent again when the connection breaks or the server asks to wait. Results come as
 * fast as the server stores, and lines are sent as fast as it reads, so little is kept.
 */
import { once } from 'node:events';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { request as requestOverTls } from 'node:https';
import { DataError } from './data-error.js';
import type { LineGroup } from './line-groups.js';
import { failureOf, type LineResult } from './line-result.js';
import { putLine } from './put-line.js';
import { broken, PassingError, Patience, refusal } from './server.js';

export interface UploadOptions {
  readonly url: string;
  readonly signal: AbortSignal;
  /** Called for each line that is done, with its bytes; `failure`: it was refused. */
  readonly onLine: (number: number, bytes: number, failure: string | undefined) => void;
}

export class BatchUpload {
  readonly #groups: AsyncIterator<LineGroup, void>;
  readonly #options: UploadOptions;
  readonly #patience = new Patience();
  /** Lines without a result: of the first group, those from `#done` on. */
  readonly #kept: LineGroup[] = [];
  #done = 0;
  #isAtEnd = false;

  constructor(groups: AsyncIterable<LineGroup, void>, options: UploadOptions) {
    this.#groups = groups[Symbol.asyncIterator]();
    this.#options = options;
  }

  /** The first line without a result; undefined before the first line and behind the last. */
  get nextLine(): number | undefined {
    return this.#kept[0]?.numbers[this.#done];
  }

  /**
   * Resolves when each line has its result.
   * @throws DataError if no more lines will pass; what the signal was aborted with
   */
  async run(): Promise<void> {
    while (await this.#hasMore())
      try {
        if (this.#kept[0]?.isLong) await this.#putLong(this.#kept[0]);
        else await this.#post();
      } catch (error) {
        await this.#patience.afterFailure(error, this.#options.signal);
      }
  }

  async #hasMore(): Promise<boolean> {
    if (this.#kept.length > 0) return true;
    return (await this.#read()) !== undefined;
  }

  async #read(): Promise<LineGroup | undefined> {
    if (this.#isAtEnd) return undefined;
    const { value } = await this.#groups.next();
    if (value) this.#kept.push(value);
    else this.#isAtEnd = true;
    return value || undefined;
  }

  async #putLong({ bytes }: LineGroup): Promise<void> {
    const { url, signal } = this.#options;
    this.#settle(await putLine(url, bytes, signal));
  }

  /** One batch: up to the end of the lines, or to one that is too long. */
  async #post(): Promise<void> {
    const { url, signal } = this.#options;
    const ask = url.startsWith('https:') ? requestOverTls : request;
    const headers = { 'Content-Type': 'application/x-ndjson' };
    const req = ask(`${url}/v0/entities`, { method: 'POST', headers, signal });
    const responding = once(req, 'response') as Promise<[IncomingMessage]>;
    let failure: unknown;
    const sending = this.#send(req).catch((error: unknown) => {
      failure = error;
      req.destroy(error as Error);
    });
    try {
      const [res] = await responding;
      if (res.statusCode !== 200) throw refusal(res.statusCode ?? 0, await textOf(res));
      for await (const lines of resultLines(res))
        for (const line of lines) this.#settle(JSON.parse(line) as LineResult);
      const isWhole = req.writableEnded && (this.#kept[0]?.isLong ?? true);
      if (!isWhole) throw new PassingError('the server ended the batch early');
    } catch (error) {
      signal.throwIfAborted();
      throw failure ?? (isOfSystem(error) ? broken(url, error) : error);
    } finally {
      req.destroy();
      await sending;
    }
  }

  /** Sends the lines that are kept, and then those of the source. @throws what the source throws */
  async #send(req: ClientRequest): Promise<void> {
    // Errors of the connection are told to those who wait for the response.
    req.on('error', () => {});
    const again = [...this.#kept];
    for (let done = this.#done; ; done = 0) {
      const group = again.shift() ?? (await this.#read());
      if (req.destroyed) return;
      if (group === undefined || group.isLong) break;
      if (req.write(group.bytes.subarray(group.ends[done - 1] ?? 0))) continue;
      await drained(req);
    }
    req.end();
  }

  #settle(result: LineResult): void {
    const group = this.#kept[0];
    const number = group?.numbers[this.#done];
    if (group === undefined || number === undefined)
      throw new DataError('the server sent more results than there are lines');
    const failure = failureOf(result);
    this.#patience.reset();
    const bytes = (group.ends[this.#done] ?? 0) - (group.ends[this.#done - 1] ?? 0);
    this.#options.onLine(number, bytes, failure);
    this.#done++;
    if (this.#done < group.numbers.length) return;
    this.#kept.shift();
    this.#done = 0;
  }
}

/** Resolves when more may be written, or never will be. */
function drained(req: ClientRequest): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      req.off('drain', done).off('close', done);
      resolve();
    };
    if (req.destroyed) resolve();
    else req.on('drain', done).on('close', done);
  });
}

async function textOf(res: IncomingMessage): Promise<string> {
  let text = '';
  for await (const piece of res.setEncoding('utf8')) text += piece;
  return text;
}

/** The whole lines of each piece. */
async function* resultLines(res: IncomingMessage): AsyncGenerator<string[], void> {
  let rest = '';
  for await (const piece of res.setEncoding('utf8')) {
    const lines = (rest + piece).split('\n');
    rest = lines.pop() ?? '';
    yield lines;
  }
}

function isOfSystem(error: unknown): error is NodeJS.ErrnoException {
  return (error as NodeJS.ErrnoException).code !== undefined;
}
