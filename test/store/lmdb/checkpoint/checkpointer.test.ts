/** Writes that wait for a full disk do not wait for ever. Others wait between two checkpoints. */
import { describe, expect, test } from 'vitest';
import { CheckpointClient } from '#dist/store/lmdb/checkpoint/checkpoint-client.js';
import { Checkpointer } from '#dist/store/lmdb/checkpoint/checkpointer.js';
import { Control } from '#dist/store/lmdb/checkpoint/messages.js';
import { noPages } from '#dist/store/lmdb/file/page-count.js';
import { Segment } from '#dist/store/lmdb/journal/segment.js';
import { Slots } from '#dist/store/lmdb/journal/slots.js';
import { Layer, Memtable } from '#dist/store/lmdb/memtable/memtable.js';
import { openLmdb } from '#dist/store/lmdb/open-lmdb.js';
import { StoreError } from '#dist/store/store.js';
import { temporaryDirectory } from '../../../support/directory.js';

test('those that wait for the next attempt fail with it', async () => {
  const failure = new StoreError('failed', 'the disk is broken');
  const replies = [{ applied: 0, usedPages: noPages, error: new StoreError('full', 'no space') }];
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

test('a deletion that fails at a full disk does not end the attempts', async () => {
  const replies = [
    { applied: 0, usedPages: noPages, error: new StoreError('full', 'no space') },
    { event: { beganMs: 0, endedMs: 0, entries: 0, transactions: 0, busyMs: 0, longestMs: 0 } },
  ];
  const thread = {
    failure: undefined,
    checkpoint: async () => replies.shift(),
    remove: async () => {
      throw new StoreError('full', 'no space');
    },
  };
  const checkpointer = new Checkpointer({
    memtable: new Memtable(),
    thread: thread as never,
    control: new Control(),
    slots: new Slots('/nowhere', () => {}),
  });
  const segment = new Segment('/nowhere', 0, 128 * 1024);
  await checkpointer.run(segment, new Layer(segment.entries, segment.slots));
  expect(segment.state).toBe('free');
});

describe('between two checkpoints', () => {
  const done = {
    event: { beganMs: 0, endedMs: 0, entries: 0, transactions: 0, busyMs: 0, longestMs: 0 },
  };

  /** A checkpointer, the sequences that it has taken into LMDB, and what makes a segment. */
  function checkpointing(replies: (sequence: number) => Promise<unknown>) {
    const begun: number[] = [];
    const thread = {
      failure: undefined,
      checkpoint: async ({ sequence }: { sequence: number }) => {
        begun.push(sequence);
        return replies(sequence);
      },
      remove: async () => {},
      touch: async () => {},
    };
    const checkpointer = new Checkpointer({
      memtable: new Memtable(),
      thread: thread as never,
      control: new Control(),
      slots: new Slots('/nowhere', () => {}),
    });
    const run = (sequence: number) => {
      const segment = new Segment('/nowhere', 0, 128 * 1024);
      segment.takeOver([{ sequence, ceiling: undefined, start: 4144, end: 4144 }], []);
      return checkpointer.run(segment, new Layer(segment.entries, segment.slots));
    };
    return { begun, checkpointer, run };
  }
  const { signal } = new AbortController();

  test('work begins when LMDB has the frame, and the next checkpoint behind it', async () => {
    const { begun, checkpointer, run } = checkpointing(async () => done);
    const seen: string[] = [];
    let finish = () => {};
    const work = checkpointer.between(
      7,
      () => {
        seen.push(`work after ${begun}`);
        return new Promise<void>((resolve) => {
          finish = resolve;
        });
      },
      signal,
    );
    await run(5);
    expect(seen).toEqual([]);
    await run(9);
    const next = run(12);
    await expect.poll(() => seen).toEqual(['work after 5,9']);
    expect(begun).toEqual([5, 9]);
    finish();
    await Promise.all([work, next]);
    expect(begun).toEqual([5, 9, 12]);
  });

  test('nobody waits for a frame that LMDB has', async () => {
    const { checkpointer, run } = checkpointing(async () => done);
    await run(9);
    expect(await checkpointer.between(9, async () => 'done', signal)).toBe('done');
  });

  test('a full disk ends the wait: deletions go into LMDB before their time', async () => {
    const replies = [{ applied: 0, usedPages: noPages, error: new StoreError('full', 'no space') }];
    const { checkpointer, run } = checkpointing(async () => replies.shift() ?? done);
    const work = checkpointer.between(5, async () => 'done', signal);
    const running = run(5);
    await expect(work).rejects.toMatchObject({ code: 'full' });
    await running;
  });

  test('so does a signal, and the end of the store', async () => {
    const { checkpointer } = checkpointing(async () => done);
    const aborting = new AbortController();
    const aborted = checkpointer.between(5, async () => 'done', aborting.signal);
    aborting.abort(new Error('given up'));
    await expect(aborted).rejects.toThrow('given up');
    const closed = checkpointer.between(5, async () => 'done', signal);
    checkpointer.close();
    await expect(closed).rejects.toMatchObject({ code: 'closed' });
    await expect(checkpointer.between(5, async () => 'done', signal)).rejects.toMatchObject({
      code: 'closed',
    });
  });
});

test('a checkpoint without entries ends, though nothing hurries it', async () => {
  const directory = await temporaryDirectory();
  await (await openLmdb({ directory })).close();
  const segment = new Segment(directory, 0, 128 * 1024);
  const control = new Control();
  const client = await CheckpointClient.start(
    {
      directory,
      memories: [segment.memory.buffer as SharedArrayBuffer],
      control: control.buffer,
    },
    { onProgress: () => {}, onFull: () => {}, onFailure: () => {} },
  );
  const result = await client.checkpoint({
    segment: 0,
    places: new Int32Array(0),
    slots: new Map(),
    ceiling: undefined,
    sequence: 7,
    reservedPages: noPages,
  });
  expect(result).toMatchObject({ event: { entries: 0, transactions: 1 } });
  await client.close(false);
});
