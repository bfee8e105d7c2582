/** Runs `evenkeel backup`: a copy of a store as of one moment, whole or not there. */
import { constants, setPriority } from 'node:os';
import { UsageError } from '../../config/parsers.js';
import type { BackupBegin, BackupEnd } from '../../store/backup/backup-format.js';
import { BackupReader } from '../../store/backup/backup-reader.js';
import { parseCommandLine, unexpected, type Values } from '../args/flags.js';
import { standard } from '../data/standard.js';
import { TransferProgress } from '../data/transfer-progress.js';
import { exitCodes } from '../exit-codes.js';
import { onInterrupt } from '../signals.js';
import { backupFlags } from './backup-flags.js';
import type { BackupPlace } from './backup-place.js';
import { fromDirectory, fromServer } from './backup-source.js';
import { BackupTarget } from './backup-target.js';
import { standardTarget } from './standard-target.js';

export async function makeBackupBy(args: readonly string[]): Promise<void> {
  const { values, operands } = parseCommandLine(backupFlags, args);
  if (operands.length > 0) throw unexpected(operands[0]);
  const { to, json } = values;
  if (to === undefined)
    throw new UsageError('backup needs --to, a file, a directory or - for standard output');
  if (json && to === standard)
    throw new UsageError('--json prints to standard output, where --to - puts the backup');
  const interrupt = new AbortController();
  const pieces = sourceOf(values, interrupt.signal);
  const progress = new TransferProgress({ doing: 'backed up ' });
  const stopListening = onInterrupt(() => interrupt.abort());
  try {
    summarize(await makeBackup(pieces, to, progress, interrupt.signal), json, progress);
  } catch (error) {
    if (!interrupt.signal.aborted) throw error;
    progress.say('interrupted; no backup was made');
    process.exitCode = exitCodes.interrupted;
  } finally {
    progress.end();
    stopListening();
  }
}

function sourceOf(
  { url, data, 'token-file': token }: Values<typeof backupFlags>,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  if ((url === undefined) === (data === undefined))
    throw new UsageError('give either --url, the admin port of a running server, or --data');
  if (data !== undefined && token !== undefined)
    throw new UsageError('--token-file is for --url, an admin address');
  if (url === undefined) return fromDirectory(data as string);
  // The server is on this machine, and needs the CPUs more.
  setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
  return fromServer({ url, token }, signal);
}

interface Made extends BackupBegin, BackupEnd {
  /** Undefined: standard output. */
  readonly file: string | undefined;
}

async function makeBackup(
  pieces: AsyncGenerator<Uint8Array>,
  to: BackupPlace | typeof standard,
  progress: TransferProgress,
  signal: AbortSignal,
): Promise<Made> {
  const target = to === standard ? standardTarget : await BackupTarget.open(to);
  try {
    // All else is checked when the file is read back.
    const reader = new BackupReader(target.written(pieces), { isThorough: to === standard });
    for await (const { entries, bytes } of reader.blocks()) {
      signal.throwIfAborted();
      progress.add(entries.length, bytes);
    }
    const [begin, end] = [reader.begin as BackupBegin, reader.end as BackupEnd];
    const file = await target.finish(begin, end, () => signal.throwIfAborted());
    return { ...begin, ...end, file };
  } finally {
    await target.close();
  }
}

function summarize(made: Made, json: boolean, progress: TransferProgress): void {
  progress.end();
  const { file, entities, bytes, madeAtMs, digest } = made;
  const madeAt = new Date(madeAtMs).toISOString();
  if (json) {
    const result = { file, entities, bytes, madeAt, sha256: digest.toString('hex') };
    process.stdout.write(`${JSON.stringify(result)}\n`);
    return;
  }
  progress.say(`wrote ${file ?? 'standard output'}, as of ${madeAt}: ${progress.text}`);
}
