/**
 * Makes changes for LMDB out of the entries of a segment. Large values are read from the files of
 * their slots, into one buffer, so that the thread holds no more than that.
 */
import { readSync } from 'node:fs';
import { readInfo } from '../../record.js';
import type { Entries, SlotValue } from '../journal/entry.js';
import type { Change } from './change.js';
import type { SlotSource } from './messages.js';
import { maxSliceBytes } from './pace.js';

/** A longer buffer is not kept. */
const maxKeptBytes = 20 * 1024 * 1024;

export class ChangeReader {
  #buffer: Buffer = Buffer.alloc(0);

  /** The change holds until another one longer than {@link maxSliceBytes} is read. */
  read(entries: Entries, place: number, slots: ReadonlyMap<number, SlotSource>): Change {
    // lmdb takes no shared memory, so this makes copies.
    const key = Buffer.from(entries.key(place));
    const head = entries.record(place);
    if (head === undefined) return { key, record: undefined, expiresMs: undefined };
    const value = entries.slotOf(place);
    const record = value
      ? this.#join(head, value, slots.get(value.slot) as SlotSource)
      : Buffer.from(head);
    return { key, record, expiresMs: readInfo(record).expiresMs };
  }

  #join(head: Uint8Array, { offset, bytes }: Omit<SlotValue, 'crc'>, source: SlotSource): Buffer {
    const record = this.#take(head.length + bytes);
    record.set(head);
    if (typeof source !== 'number')
      record.set(source.subarray(offset, offset + bytes), head.length);
    else
      for (let done = 0; done < bytes; ) {
        const read = readSync(source, record, head.length + done, bytes - done, offset + done);
        if (read === 0) throw new Error('the file of a large value is shorter than the value');
        done += read;
      }
    return record;
  }

  /** A slice has one record of more than {@link maxSliceBytes} at most, so they share a buffer. */
  #take(bytes: number): Buffer {
    if (bytes <= maxSliceBytes || bytes > maxKeptBytes) return Buffer.allocUnsafeSlow(bytes);
    if (this.#buffer.length < bytes) this.#buffer = Buffer.allocUnsafeSlow(bytes);
    return this.#buffer.subarray(0, bytes);
  }
}
