/** `evenkeel export`: the entities of a server, as lines of NDJSON in a file. */
import { optional, UsageError } from '../config/parsers.js';
import { outputFile } from './args/files.js';
import { describeFlags, parseCommandLine } from './args/flags.js';
import { DataError } from './data/data-error.js';
import { keyFromText, shellWord, textOfKey } from './data/key-text.js';
import { defaultUrl } from './data/server.js';
import { serverAddress, serverFlags } from './data/server-flags.js';
import { standard } from './data/standard.js';
import { TransferProgress } from './data/transfer-progress.js';
import { exitCodes } from './exit-codes.js';
import { onInterrupt } from './signals.js';

export const flags = {
  ...serverFlags,
  prefix: {
    value: 'KEY',
    help: 'only keys that begin so (all)',
    ...optional(keyFromText),
  },
  after: {
    value: 'KEY',
    help: 'go on behind this key, and append to FILE',
    ...optional(keyFromText),
  },
};

export const summary = 'write the entities of a server to a file';

export const errors = [DataError];

export const help = `evenkeel export: ${summary}

Usage: evenkeel export [flags] [FILE]

${describeFlags(flags)}

FILE gets a line of JSON for each entity, in the order of keys, as GET /v0/entities returns them. A
name that ends in .gz is compressed. Without FILE, or with -, the lines go to standard output. An
entity that is written meanwhile may or may not be among them.

A connection that breaks is made again. If the export has to stop, it says how to go on: FILE then
ends with a whole line. In a KEY, %25 is a percent sign, and %FF any byte.

Exit codes:
  ${exitCodes.fine}    all entities were written
  ${exitCodes.failed}    the server can't be reached or refuses, or FILE can't be written
  ${exitCodes.usage}    a wrong command line; nothing was written
  ${exitCodes.interrupted}  Ctrl-C ended it early

Examples:
  evenkeel export all.ndjson.gz
  evenkeel export --prefix user: --url http://10.0.0.7:8080 users.ndjson
  evenkeel export --after user:4711 all.ndjson.gz
  evenkeel export | jq -r .key
`;

export async function run(args: readonly string[]): Promise<void> {
  const { values, operands } = parseCommandLine(flags, args);
  const { OutputFailure, writePieces } = await import('./data/output-file.js');
  const { lastKey, rangeLines } = await import('./data/range-lines.js');
  const [file = standard, ...more] = operands;
  if (more.length > 0) throw new UsageError(`export takes one file, got ${operands.length}`);
  if (file !== standard) checkOutput(file);
  const interrupt = new AbortController();
  const stopListening = onInterrupt(() => interrupt.abort());
  const { prefix, after } = values;
  const source = new Source(
    rangeLines({ server: serverAddress(values), prefix, after }, interrupt.signal),
    file !== standard,
  );
  const { progress } = source;
  process.stdout.prependOnceListener('error', () => progress.end());
  let last: Buffer | undefined;
  let failure: Error | undefined;
  let isUnread = false;
  let isInterrupted = false;
  try {
    await source.begin();
    if (source.failure === undefined) {
      const end = await writePieces(file, after !== undefined, source.pieces());
      isUnread = end === 'unread';
    }
    ({ failure, last } = source);
  } catch (error) {
    if (!(error instanceof OutputFailure)) throw error;
    // All commands say that in the same place, main.ts.
    if (file === standard) return;
    ({ last } = error);
    failure = error;
  } finally {
    isInterrupted = interrupt.signal.aborted;
    stopListening();
    progress.end();
    // A response that nobody reads to its end would keep the process alive.
    interrupt.abort();
  }
  if (failure === undefined) {
    // `export | head` is told nothing that it did not ask for.
    if (!isUnread) progress.summarize('wrote');
    return;
  }
  if (!isInterrupted && !(failure instanceof DataError)) throw failure;
  const again = [
    '; to go on: evenkeel export',
    ...(values.url === defaultUrl ? [] : [`--url ${shellWord(values.url)}`]),
    ...(values['token-file'] === undefined ? [] : ['--token-file FILE']),
    ...(prefix ? [`--prefix ${textOfKey(prefix)}`] : []),
    ...(last ? [`--after ${textOfKey(lastKey(last))}`] : []),
    file === standard ? '>> FILE' : shellWord(file),
  ].join(' ');
  const reason = isInterrupted ? 'interrupted' : failure.message;
  progress.say(`${reason}${last ? again : ''}`);
  process.exitCode = isInterrupted ? exitCodes.interrupted : exitCodes.failed;
}

/** The lines of the range. A failure ends them in good order, so that the file ends so too. */
class Source {
  readonly progress: TransferProgress;
  readonly #lines: AsyncGenerator<Buffer, void>;
  #first: Buffer | undefined;
  /** The last lines. */
  last: Buffer | undefined;
  failure: Error | undefined;

  /** @param isFile they do not go to the terminal, if there is one */
  constructor(lines: AsyncGenerator<Buffer, void>, isFile: boolean) {
    this.#lines = lines;
    this.progress = new TransferProgress({ isDrawn: isFile || !process.stdout.isTTY });
  }

  /** Waits for the first lines: no file is overwritten before there is something to write. */
  async begin(): Promise<void> {
    try {
      this.#first = (await this.#lines.next()).value ?? undefined;
    } catch (error) {
      this.failure = error as Error;
    }
  }

  async *pieces(): AsyncGenerator<Buffer, void> {
    try {
      if (this.#first) yield this.#pass(this.#first);
      for await (const piece of this.#lines) yield this.#pass(piece);
    } catch (error) {
      this.failure = error as Error;
    }
  }

  #pass(piece: Buffer): Buffer {
    this.last = piece;
    this.progress.add(countLines(piece), piece.length);
    return piece;
  }
}

function countLines(piece: Buffer): number {
  let count = 0;
  for (let at = piece.indexOf(0x0a); at >= 0; at = piece.indexOf(0x0a, at + 1)) count++;
  return count;
}

/** @throws UsageError */
function checkOutput(file: string): void {
  try {
    outputFile(file);
  } catch (error) {
    throw new UsageError(`export takes ${(error as Error).message}, got '${file}'`);
  }
}
