/** What the embedded store tells of its commits on the diagnostics channel. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { expect, onTestFinished, test } from 'vitest';
import type { CommitEvent } from '#dist/store/embedded/group-commit.js';
import { openEmbedded } from '#dist/store/embedded/open.js';
import { temporaryFolder } from '../support/folder.js';
import { bytes, numbered, openAt } from './suite/factory.js';

test('each commit tells how many writes it had, and when, before they are acknowledged', async () => {
  const folder = await temporaryFolder();
  const store = await openAt({ open: () => openEmbedded({ folder }) });
  const put = (key: string) => store.put(bytes(key), [bytes('value')]);
  await put('unheard');
  const told: CommitEvent[] = [];
  const hear = (event: unknown) => void told.push(event as CommitEvent);
  subscribe('evenkeel:commit', hear);
  onTestFinished(() => void unsubscribe('evenkeel:commit', hear));

  const beganMs = performance.now();
  await Promise.all(numbered(7).map(put));
  const heard = told.length;
  await put('alone');
  const endedMs = performance.now();

  expect(heard).toBe(1);
  expect(told.map(({ writes, stored }) => ({ writes, stored }))).toEqual([
    { writes: 7, stored: true },
    { writes: 1, stored: true },
  ]);
  const times = told.flatMap((commit) => [commit.beganMs, commit.endedMs]);
  expect([beganMs, ...times, endedMs]).toEqual([beganMs, ...times, endedMs].sort((a, b) => a - b));
});
