/**
 * The backup thread. It reads all entities out of one transaction of LMDB, checks each record, and
 * sends the pieces of a backup as they are asked for. While its transaction is open, LMDB can't use
 * pages again that were freed since, so the file grows: that has a limit in time. It leaves the
 * CPUs and the disk to others: it rests after each piece, and has a low priority.
 */
import { constants, setPriority } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { BackupWriter, none } from '../../backup/backup-writer.js';
import { readRecord, readUint64 } from '../../record.js';
import { textOfKey } from '../../text-of-key.js';
import { ceilingKey, databaseStats, openDatabases, openRoot } from '../file/environment.js';
import { giveViews } from '../read/large-records.js';
import type { BackupReply, BackupRequest, BackupThreadOptions } from './messages.js';

const { directory, maxMs, restPerWork } = workerData as BackupThreadOptions;
// On Linux it is that of this thread alone.
if (process.platform === 'linux') setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
const { root, entities, meta } = openDatabases(openRoot(directory));
giveViews(entities);
const writer = new BackupWriter();

const port = parentPort;
if (port === null) throw new TypeError('backup-thread.js runs as a worker thread');

/** Pieces that may be sent now. */
let allowed = 0;
/** Why no more is sent. */
let stopped: string | undefined;
let wake = () => {};
let isRunning = false;
let resumedMs = 0;

port.on('message', async (request: BackupRequest) => {
  if (request.kind === 'take') allowed++;
  else if (request.kind === 'stop') {
    stopped ??= request.why;
    if (!isRunning) await close();
  } else if (stopped === undefined) {
    isRunning = true;
    await run();
  }
  wake();
});
send({ kind: 'ready' });

async function run(): Promise<void> {
  // None that was opened before the moment.
  root.resetReadTxn();
  const transaction = root.useReadTransaction();
  const limit = setTimeout(() => {
    stopped ??=
      `it was not done within ${maxMs / 1000} s, in which the data file grew; the reader may be ` +
      'slow. Raise limits.backupMs, or stop the server and give --data';
    wake();
  }, maxMs);
  try {
    const { entryCount } = databaseStats(entities);
    const ceiling = meta.get(ceilingKey, { transaction });
    send({ kind: 'begun' });
    resumedMs = performance.now();
    await sendAll(writer.begin({ madeAtMs: Date.now(), entities: entryCount }));
    for (const { key, value } of entities.getRange({ transaction })) {
      check(key, value);
      const pieces = writer.add(key, value);
      if (pieces !== none) await sendAll(pieces);
    }
    if (writer.entities !== entryCount)
      throw new Error(`${writer.entities} entities were found, and the file counts ${entryCount}`);
    await sendAll(writer.end(ceiling === undefined ? 0 : readUint64(ceiling, 0)));
  } catch (error) {
    const why = stopped ?? (error as Error).message;
    // In the middle of a block nobody could tell it from data.
    if (writer.isBetweenBlocks) send({ kind: 'piece', piece: writer.fail(why) });
  } finally {
    clearTimeout(limit);
    transaction.done();
    await close();
  }
}

async function close(): Promise<void> {
  await root.close();
  send({ kind: 'end' });
  port?.close();
}

function check(key: Buffer, record: Buffer): void {
  try {
    readRecord(key, record, () => 0);
  } catch (cause) {
    const what = 'fails its checksum; PUT or DELETE it, and check the disk';
    throw new Error(`the record under the key ${textOfKey(key)} ${what}`, { cause });
  }
}

/** @throws Error if it is to stop */
async function sendAll(pieces: Iterable<Uint8Array<ArrayBuffer>>): Promise<void> {
  for (const piece of pieces) {
    const workedMs = performance.now() - resumedMs;
    if (restPerWork > 0) await sleep(workedMs * restPerWork);
    await untilAllowed();
    resumedMs = performance.now();
    allowed--;
    send({ kind: 'piece', piece });
  }
}

async function untilAllowed(): Promise<void> {
  while (allowed === 0 && stopped === undefined)
    await new Promise<void>((resolve) => {
      wake = resolve;
    });
  if (stopped !== undefined) throw new Error(stopped);
}

function send(reply: BackupReply): void {
  port?.postMessage(reply, reply.kind === 'piece' ? [reply.piece.buffer] : []);
}
