/** The growth of a heap: a program that keeps a known number of bytes a request. */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { attachTo } from '#dist/lab/profile/attach/attach.js';
import { profileOf } from '#dist/lab/profile/convert/profile-of.js';
import { topFrames } from '#dist/lab/profile/frame-table.js';
import { formatMarkdown } from '#dist/lab/profile/markdown.js';
import { callInThread } from '#dist/lab/profile/sampling/inspector-connection.js';
import type { Recording } from '#dist/lab/profile/sampling/recording.js';
import { sampleKind } from '#dist/lab/profile/sampling/sample.js';
import { shareOf, startProgram, total } from './program.js';

it('is told per 1000 requests, without what was replaced or dropped', async () => {
  const { pid } = await startProgram('keeps.mjs');
  const { connection, detach } = await attachTo(pid);
  let requests = 0;
  let isOver = false;
  const options = { seconds: 2, requests: () => requests };
  const sampling = sampleKind('growth', connection, options).finally(() => {
    isOver = true;
  });
  while (!isOver) {
    await callInThread(connection, () =>
      (globalThis as unknown as { handle(count: number): number }).handle(200),
    );
    requests += 200;
    await sleep(5);
  }
  const profile = profileOf(await sampling);
  await detach();
  expect(profile.kind).toBe('growth');
  expect(shareOf(profile, 'keeps')).toBeGreaterThan(90);
  // An array is its elements and 32 to 48 bytes of headers; the list of them has 8 bytes for each.
  const perRequest = total(profile) / (profile.requests ?? 0);
  expect(perRequest).toBeGreaterThan(0.75 * 840);
  expect(perRequest).toBeLessThan(1.35 * 840);
  const [top] = topFrames(profile);
  expect(top?.name).toBe('keeps');
  const { before = 0, after = 0 } = profile.heapBytes ?? {};
  expect(after - before).toBeGreaterThan(total(profile));
  expect(formatMarkdown(profile, { title: 'x' })).toContain('Self per 1000 requests');
  expect(profile.notes).toBeUndefined();
});

it('that took the place of older objects is said to have', () => {
  const callFrame = { scriptId: '1', url: 'file:///a.js', lineNumber: 0, columnNumber: 0 };
  const child = { id: 2, callFrame: { ...callFrame, functionName: 'f' }, selfSize: 1e6 };
  const recording: Recording = {
    kind: 'growth',
    raw: {
      head: {
        id: 1,
        callFrame: { ...callFrame, functionName: '(root)' },
        selfSize: 0,
        children: [{ ...child, children: [] }],
      },
      samples: [{ nodeId: 2, size: 1e6, ordinal: 1 }],
      heapBytes: { before: 5e6, after: 5.1e6 },
    },
    workers: [],
    durationUs: 1e6,
    root: '/',
  };
  expect(profileOf(recording).notes).toEqual([
    'the heaps grew by 100 kB in all, less than what stays of the first half (1.00 MB): most ' +
      'of it took the place of older objects, as in a full cache',
  ]);
});
