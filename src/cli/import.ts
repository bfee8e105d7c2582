/** `evenkeel import`: lines of NDJSON to a server, as an export has them. */
import { UsageError, wholeNumber, withDefault } from '../config/parsers.js';
import { inputOperand } from './args/files.js';
import { describeFlags, parseCommandLine, type Values } from './args/flags.js';
import { DataError } from './data/data-error.js';
import { shellWord } from './data/key-text.js';
import { defaultUrl } from './data/server.js';
import { serverAddress, serverFlags } from './data/server-flags.js';
import { standard } from './data/standard.js';
import { TransferProgress } from './data/transfer-progress.js';
import { exitCodes } from './exit-codes.js';
import { onInterrupt } from './signals.js';

export const flags = {
  ...serverFlags,
  skip: {
    value: 'LINES',
    help: 'go on behind so many lines of FILE',
    ...withDefault(wholeNumber(0, 1e15), 0),
  },
};

/** Further lines that are refused are only counted. */
const maxShownFailures = 10;

export const summary = 'store the entities of a file in a server';

export const errors = [DataError];

export const help = `evenkeel import: ${summary}

Usage: evenkeel import [flags] FILE

${describeFlags(flags)}

FILE has a line of JSON for each entity, as evenkeel export writes them and POST /v0/entities takes
them. A name that ends in .gz is decompressed; - is standard input. An entity that is there already
is replaced, and all others stay.

A line that is wrong is reported with its number, and those behind it are stored. A connection that
breaks is made again. A line whose condition then fails may have been stored by its first try; the
report says so. If the import has to stop, it says how to go on. It may always be repeated from the
beginning: that stores the same again.

Exit codes:
  ${exitCodes.fine}    each line is stored
  ${exitCodes.failed}    a line was refused, the server can't be reached, or FILE can't be read
  ${exitCodes.usage}    a wrong command line; nothing was sent
  ${exitCodes.interrupted}  Ctrl-C ended it early

Examples:
  evenkeel import all.ndjson.gz
  evenkeel import --skip 250000 --url http://10.0.0.7:8080 all.ndjson.gz
  evenkeel export --prefix user: | evenkeel import --url http://10.0.0.7:8080 -
`;

export async function run(args: readonly string[]): Promise<void> {
  const { values, operands } = parseCommandLine(flags, args);
  const { nameOf } = await import('./data/output-file.js');
  const [file, ...more] = operands;
  if (file === undefined || more.length > 0)
    throw new UsageError(`import takes one file, got ${operands.length}`);
  if (file !== standard) inputOperand('import', file);
  const interrupt = new AbortController();
  const stopListening = onInterrupt(() => interrupt.abort());
  const progress = new TransferProgress();
  let refused = 0;
  let uncertain = 0;
  let lastSkipped = 0;
  const onSkipped = (number: number) => {
    lastSkipped = number;
  };
  const { readPieces } = await import('./data/input-file.js');
  const { lineGroups } = await import('./data/line-groups.js');
  const { BatchUpload } = await import('./data/batch-upload.js');
  const lines = lineGroups(readPieces(file), { skip: values.skip, onSkipped });
  let isAnyDone = false;
  const upload = new BatchUpload(lines, {
    server: serverAddress(values),
    signal: interrupt.signal,
    onLine: ({ number, bytes, failure, isUncertain }) => {
      isAnyDone = true;
      if (failure === undefined) return progress.add(1, bytes);
      refused++;
      if (isUncertain) uncertain++;
      const doubt = isUncertain ? `; ${sentTwice}` : '';
      if (refused <= maxShownFailures)
        progress.say(`line ${number} was refused with ${failure}${doubt}`);
    },
  });
  try {
    await upload.run();
    if (refused > maxShownFailures) progress.say(sumOf(refused, uncertain));
    if (!isAnyDone && lastSkipped < values.skip)
      throw new DataError(
        `--skip ${values.skip} is behind the end of ${nameOf(file)}, ` +
          `whose last line is ${lastSkipped}`,
      );
    progress.summarize('stored');
    if (refused > 0) process.exitCode = exitCodes.failed;
  } catch (error) {
    const isInterrupted = interrupt.signal.aborted;
    if (!isInterrupted && !(error instanceof DataError)) throw error;
    const reason = isInterrupted ? 'interrupted' : (error as Error).message;
    progress.end();
    progress.say(`${reason}${wayOn(values, file, upload.nextLine)}`);
    process.exitCode = isInterrupted ? exitCodes.interrupted : exitCodes.failed;
  } finally {
    stopListening();
    progress.end();
    if (file === standard) process.stdin.destroy();
  }
}

const sentTwice = 'it was sent before the connection broke, and may be stored';

function sumOf(refused: number, uncertain: number): string {
  const doubt =
    uncertain > 0 ? `; ${uncertain} of them were sent before a connection broke, and may be` : '';
  return `${refused} lines were refused; all others are stored${doubt}`;
}

/** The command line that sends the rest, if anything is done. */
function wayOn(
  { url, 'token-file': token }: Pick<Values<typeof flags>, 'url' | 'token-file'>,
  file: string,
  nextLine: number | undefined,
): string {
  if (nextLine === undefined || nextLine === 1) return '';
  const server = url === defaultUrl ? '' : `--url ${shellWord(url)} `;
  const access = token === undefined ? '' : '--token-file FILE ';
  return `; to go on: evenkeel import ${server}${access}--skip ${nextLine - 1} ${shellWord(file)}`;
}
