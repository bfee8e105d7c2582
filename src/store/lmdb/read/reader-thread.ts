/**
 * The reader thread. It copies large values and checks them, which would hold the event loop for
 * some ms each. It also tells what conditions have to know of them, and searches the expiry index
 * for their keys. Between two reads it holds no
 * transaction, so it pins no old version of the data.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { maxHeaderBytes, readRecord, readUint64 } from '../../record.js';
import { type Entity, StoreError } from '../../store.js';
import { openDatabases, openRoot } from '../file/environment.js';
import { storedIn } from '../write/conditions.js';
import type { ReaderOptions, ReaderReply, ReaderRequest } from './large-reads.js';

const { directory } = workerData as ReaderOptions;
const { root, entities, expiry } = openDatabases(openRoot(directory));
/** A long record is then copied once, into memory of its own. */
(entities as { _allocateGetBuffer?: (bytes: number) => void })._allocateGetBuffer?.(0);

const port = parentPort;
if (port === null) throw new TypeError('reader-thread.js runs as a worker thread');

port.on('message', async (request: ReaderRequest) => {
  if (request.kind === 'close') {
    await root.close();
    port.close();
    return;
  }
  const reply = replyTo(request);
  const memory = reply.kind === 'read' ? reply.entity?.value : undefined;
  // Memory that is shared with other buffers must stay. At least 4 KiB of a pool are others'.
  const spare = memory === undefined ? 0 : memory.buffer.byteLength - memory.length;
  const isWhole = memory !== undefined && spare < maxHeaderBytes + 64;
  port.postMessage(reply, isWhole ? [memory.buffer as ArrayBuffer] : []);
});

function replyTo({ kind, key, nowMs }: Exclude<ReaderRequest, { kind: 'close' }>): ReaderReply {
  // The newest commit: the write that the reader has in mind may be a moment old.
  root.resetReadTxn();
  try {
    if (kind === 'expiry') return { kind, hasExpired: hasExpired(key, nowMs) };
    const record = entities.getBinary(Buffer.from(key));
    if (kind === 'stored') return { kind, stored: record && storedIn(record) };
    return { kind: 'read', entity: record && entityOf(key, record, nowMs) };
  } catch (error) {
    return {
      kind: 'failed',
      damaged: error instanceof StoreError,
      message: (error as Error).message,
    };
  } finally {
    root.resetReadTxn();
  }
}

/** An overwrite takes a key out of the index: an entry there is of the entity that is stored. */
function hasExpired(key: Uint8Array, nowMs: number): boolean {
  for (const entry of expiry.getKeys()) {
    if (readUint64(entry, 0) > nowMs) return false;
    if (entry.subarray(8).equals(key)) return true;
  }
  return false;
}

function entityOf(key: Uint8Array, record: Buffer, nowMs: number): Entity | undefined {
  return readRecord(key, record, () => nowMs);
}
