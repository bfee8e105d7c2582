/** Writes that wait for a full disk do not wait for ever when the data file breaks. */
import { expect, test } from 'vitest';
import type { CheckpointClient } from '#dist/store/lmdb/checkpoint/checkpoint-client.js';
import { Checkpointer } from '#dist/store/lmdb/checkpoint/checkpointer.js';
import { Control } from '#dist/store/lmdb/checkpoint/messages.js';
import { Segment } from '#dist/store/lmdb/journal/segment.js';
import { Slots } from '#dist/store/lmdb/journal/slots.js';
import { Layer, Memtable } from '#dist/store/lmdb/memtable/memtable.js';
import { StoreError } from '#dist/store/store.js';

test('those that wait for the next attempt fail with it', async () => {
  const failure = new StoreError('failed', 'the disk is broken');
  const replies = [{ applied: 0, usedPages: 0, error: new StoreError('full', 'no space') }];
  const thread: Partial<CheckpointClient> & { failure: StoreError | undefined } = {
    failure: undefined,
    checkpoint: async () => {
      const reply = replies.shift();
      if (reply) return reply;
      thread.failure = failure;
      throw failure;
    },
    remove: async () => {},
    sweep: async () => 0,
  };
  const checkpointer = new Checkpointer({
    memtable: new Memtable(),
    thread: thread as CheckpointClient,
    control: new Control(),
    slots: new Slots('/nowhere', () => {}),
  });
  const segment = new Segment('/nowhere', 0, 128 * 1024);
  const running = checkpointer.run(segment, new Layer(segment.entries, segment.slots));
  const isOver = expect(running).rejects.toBe(failure);
  await expect.poll(() => checkpointer.blocked?.code).toBe('full');
  await expect(checkpointer.retry()).rejects.toBe(failure);
  await expect(checkpointer.retry()).rejects.toBe(failure);
  await isOver;
});
