/** `evenkeel check`: looks whether a store or a backup is whole. */
import { statSync } from 'node:fs';
import { UsageError } from '../config/parsers.js';
import { BackupError } from '../store/backup/backup-error.js';
import { BackupReader } from '../store/backup/backup-reader.js';
import type { Damage } from '../store/lmdb/check/damage.js';
import { checkDirectory } from '../store/lmdb/check/directory-check.js';
import { StoreError } from '../store/store.js';
import { describeFlags, on, parseCommandLine } from './args/flags.js';
import { DataError } from './data/data-error.js';
import { readPieces } from './data/input-file.js';
import { textOfKey } from './data/key-text.js';
import { nameOf, standard } from './data/output-file.js';
import { TransferProgress } from './data/transfer-progress.js';
import { exitCodes } from './exit-codes.js';

const flags = {
  json: on('print the result as a line of JSON, for programs'),
};

export const summary = 'look whether a store or a backup is whole';

export const errors = [BackupError, DataError, StoreError];

export const help = `evenkeel check: ${summary}

Usage: evenkeel check PLACE [flags]

${describeFlags(flags)}

PLACE is a data directory that no server has open, a backup, or - for a backup on standard input.
Nothing is changed. In a directory it reads each page of the data file: both trees, the checksum of
each record, the expiry index, the free pages; and the journal, if a server left one. In a backup it
reads each block and its checksum, each record, the counts and the SHA-256.

What is damaged is told with file, offset and key, as far as they are known. The SHA-256 is of all
entities. A backup has that of the store at its moment, and so has a store that was made of it.

Exit codes:
  ${exitCodes.fine}    whole
  ${exitCodes.failed}    it can't be read, or a server has it open
  ${exitCodes.usage}    a wrong command line
  ${exitCodes.damaged}    damaged

Examples:
  evenkeel check /var/lib/evenkeel
  evenkeel check --json now.evenkeel
`;

/** The findings, for people and programs. */
interface Found {
  readonly entities: number;
  readonly bytes: number;
  readonly sha256: string | undefined;
  /** The next two are of a directory. */
  readonly expiring?: number;
  readonly journalWrites?: number;
  /** The time of a backup. */
  readonly madeAt?: string;
  readonly damages: readonly Damage[];
  readonly damageCount: number;
}

export async function run(args: readonly string[]): Promise<void> {
  const { values, operands } = parseCommandLine(flags, args);
  const [place, ...more] = operands;
  if (place === undefined || more.length > 0)
    throw new UsageError(`check takes one data directory or backup, got ${operands.length}`);
  const progress = new TransferProgress({ doing: 'checked ' });
  try {
    const found = await look(place, progress);
    progress.end();
    tell(place, found, values.json, progress);
    if (found.damageCount > 0) process.exitCode = exitCodes.damaged;
  } finally {
    progress.end();
  }
}

async function look(place: string, progress: TransferProgress): Promise<Found> {
  const stats = place === standard ? undefined : statSync(place, { throwIfNoEntry: false });
  if (place !== standard && stats === undefined)
    throw new UsageError(`check takes a data directory or a backup, and '${place}' is not there`);
  if (!stats?.isDirectory()) return lookAtBackup(place, progress);
  const add = (entities: number, bytes: number) => progress.add(entities, bytes);
  const { digest, ...report } = await checkDirectory(place, add);
  return { ...report, sha256: digest?.toString('hex') };
}

async function lookAtBackup(place: string, progress: TransferProgress): Promise<Found> {
  const reader = new BackupReader(readPieces(place));
  let entities = 0;
  let bytes = 0;
  const damages: Damage[] = [];
  try {
    for await (const block of reader.blocks()) {
      entities += block.entries.length;
      bytes += block.bytes;
      progress.add(block.entries.length, block.bytes);
    }
  } catch (error) {
    if (!(error instanceof BackupError) || error.code === 'not-a-backup') throw error;
    const { lastKey } = reader;
    const { what = error.message, ...at } = error.place ?? {};
    const where = lastKey ? `; entities up to ${textOfKey(lastKey)} are whole` : '';
    damages.push({ file: nameOf(place), ...at, what: `${what}${where}` });
  }
  return {
    entities,
    bytes,
    sha256: reader.end?.digest.toString('hex'),
    ...(reader.begin && { madeAt: new Date(reader.begin.madeAtMs).toISOString() }),
    damages,
    damageCount: damages.length,
  };
}

function tell(place: string, found: Found, json: boolean, progress: TransferProgress): void {
  const { entities, bytes, sha256, expiring, journalWrites, madeAt } = found;
  const { damages, damageCount } = found;
  const isWhole = damageCount === 0;
  if (json) {
    const shown = damages.map(({ key, ...damage }) => ({
      ...damage,
      ...(key && { key: textOfKey(key) }),
    }));
    const counts = { entities, bytes, expiring, journalWrites, madeAt, sha256, damageCount };
    process.stdout.write(`${JSON.stringify({ ok: isWhole, ...counts, damages: shown })}\n`);
    return;
  }
  for (const damage of damages) progress.say(textOf(damage));
  const hidden = damageCount - damages.length;
  if (hidden > 0) progress.say(`and ${hidden} more`);
  const journal = journalWrites ? `; ${journalWrites} writes in the journal are whole` : '';
  const end = sha256 === undefined ? '' : `; SHA-256 ${sha256}`;
  progress.say(`${place} is ${isWhole ? 'whole' : 'DAMAGED'}: ${progress.text}${journal}${end}`);
}

function textOf({ file, offset, key, what }: Damage): string {
  const at = offset === undefined ? '' : `, offset ${offset}`;
  return `${file}${at}${key ? `, key ${textOfKey(key)}` : ''}: ${what}`;
}
