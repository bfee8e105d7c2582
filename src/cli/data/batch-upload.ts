/**
 * Sends the lines of an import in batches, and settles each by its result. Lines without a result
 * are kept, and sent again when the connection breaks or the server asks to wait. The server reads
 * only while few lines are under way: these and the buffers of the connection bound what is kept.
 */
import { once } from 'node:events';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { DataError } from './data-error.js';
import type { LineGroup } from './line-groups.js';
import { failureOf, type LineResult, parseResult } from './line-result.js';
import { putLine } from './put-line.js';
import { begin, type ServerAddress, textOf } from './request.js';
import { broken, mustBeLines, PassingError, Patience, refusal } from './server.js';

/** A line that is done. */
export interface DoneLine {
  readonly number: number;
  readonly bytes: number;
  /** Undefined: it is stored. */
  readonly failure: string | undefined;
  /**
   * Its condition failed, but it had been sent before without a result. So it may be its own
   * earlier self that the condition met.
   */
  readonly isUncertain: boolean;
}

export interface UploadOptions {
  readonly server: ServerAddress;
  readonly signal: AbortSignal;
  readonly onLine: (line: DoneLine) => void;
}

export class BatchUpload {
  readonly #groups: AsyncIterator<LineGroup, void>;
  readonly #options: UploadOptions;
  readonly #patience = new Patience();
  /** Lines without a result: of the first group, those from `#done` on. */
  readonly #kept: LineGroup[] = [];
  #done = 0;
  /** Groups of `#kept` that were sent in the attempt that runs. */
  #sent = 0;
  /** The last line that was sent, in any attempt, and in those before the one that runs. */
  #lastSent = 0;
  #lastSentBefore = 0;
  /** At the end of the source it stays, and so it does once the source has failed. */
  #reading: Promise<void> | undefined;
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
    const { signal } = this.#options;
    const aborted = once(signal, 'abort').then(() => signal.throwIfAborted());
    aborted.catch(() => {});
    for (;;) {
      signal.throwIfAborted();
      if (this.#kept.length === 0) await Promise.race([this.#read(), aborted]);
      const [first] = this.#kept;
      if (first === undefined) return;
      this.#sent = 0;
      this.#lastSentBefore = this.#lastSent;
      try {
        if (first.isLong) await this.#putLong(first);
        else await this.#post();
      } catch (error) {
        await this.#patience.afterFailure(error, signal);
      }
    }
  }

  /** Keeps one group more, or finds the end. A read that runs already is the one that counts. */
  #read(): Promise<void> {
    this.#reading ??= this.#groups.next().then(({ value }) => {
      if (value) this.#kept.push(value);
      else this.#isAtEnd = true;
      if (value) this.#reading = undefined;
    });
    // An attempt that is over waits no longer.
    this.#reading.catch(() => {});
    return this.#reading;
  }

  async #putLong({ bytes, numbers }: LineGroup): Promise<void> {
    const { server, signal } = this.#options;
    this.#lastSent = numbers[0] ?? 0;
    this.#settle(await putLine(server, bytes, signal));
  }

  /** One batch: up to the end of the lines, or to one that is too long. */
  async #post(): Promise<void> {
    const { server, signal } = this.#options;
    const { url } = server;
    const headers = { 'Content-Type': 'application/x-ndjson' };
    const req = begin(server, '/v0/entities', { method: 'POST', headers, signal });
    const responding = once(req, 'response') as Promise<[IncomingMessage]>;
    let failure: unknown;
    // It is not awaited: it may wait for standard input, which may say nothing for ever.
    this.#send(req).catch((error: unknown) => {
      failure = error;
      req.destroy(error as Error);
    });
    try {
      const [res] = await responding;
      if (res.statusCode !== 200) throw refusal(res.statusCode ?? 0, await textOf(url, res));
      mustBeLines(url, res);
      for await (const lines of resultLines(res))
        for (const line of lines) this.#settle(parseResult(line));
      const isWhole = req.writableEnded && (this.#kept[0]?.isLong ?? true);
      if (!isWhole) throw new PassingError('the server ended the batch early');
    } catch (error) {
      signal.throwIfAborted();
      throw failure ?? (isOfSystem(error) ? broken(url, error) : error);
    } finally {
      req.destroy();
    }
  }

  /** Sends the lines that are kept, and then those of the source. @throws what the source throws */
  async #send(req: ClientRequest): Promise<void> {
    let start = this.#done;
    for (;;) {
      while (!req.destroyed && !this.#isAtEnd && this.#sent === this.#kept.length)
        await this.#read();
      if (req.destroyed) return;
      const group = this.#kept[this.#sent];
      if (!group?.bytes || group.isLong) break;
      this.#sent++;
      this.#lastSent = Math.max(this.#lastSent, group.numbers.at(-1) ?? 0);
      const isTaken = req.write(group.bytes.subarray(group.ends[start - 1] ?? 0));
      start = 0;
      if (!isTaken) await drained(req);
    }
    req.end();
  }

  #settle(result: LineResult): void {
    // The last result may be about the batch, and come when no line is under way.
    const failure = failureOf(result);
    const group = this.#kept[0];
    const number = group?.numbers[this.#done];
    if (group === undefined || number === undefined)
      throw new DataError('the server sent more results than there are lines');
    this.#patience.reset();
    const bytes = (group.ends[this.#done] ?? 0) - (group.ends[this.#done - 1] ?? 0);
    const isUncertain = result.status === 412 && number <= this.#lastSentBefore;
    this.#options.onLine({ number, bytes, failure, isUncertain });
    this.#done++;
    if (this.#done < group.numbers.length) return;
    this.#kept.shift();
    this.#sent--;
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
