/** When the pause between two commits is over: at once, with the same clients back, or by its timer. */
import { expect, test } from 'vitest';
import { Gathering } from '#dist/store/embedded/gathering.js';

/** Whether the pause is over by the time the event loop has turned once. */
function isOver(pause: Promise<void> | undefined): Promise<boolean> {
  const turned = new Promise<boolean>((resolve) => setImmediate(() => resolve(false)));
  return Promise.race([pause?.then(() => true) ?? turned, turned]);
}

test('a write that came alone, and a queue as long as the last commit, are not followed by a pause', () => {
  const gathering = new Gathering();
  expect(gathering.over(1, 0)).toBeUndefined();
  expect(gathering.over(8, 8)).toBeUndefined();
  expect(gathering.over(8, 9)).toBeUndefined();
});

test('the pause is over when as many wait as the last commit had, and what joins in that turn comes along', async () => {
  const gathering = new Gathering();
  let over = false;
  const pause = gathering.over(3, 1)?.then(() => {
    over = true;
  });
  gathering.joined(2);
  gathering.joined(3);
  gathering.joined(4);
  await Promise.resolve();
  expect(over).toBe(false);
  await pause;
  expect(over).toBe(true);
});

test('a write that comes after the pause was due ends it', async () => {
  const gathering = new Gathering();
  const pause = gathering.over(100, 1);
  const due = performance.now() + 0.5;
  while (performance.now() < due);
  gathering.joined(2);
  expect(await isOver(pause)).toBe(true);
});

test('without another write the pause ends by itself', async () => {
  await new Gathering().over(100, 0);
});

test('one pause after another: each waits for its own', async () => {
  const gathering = new Gathering();
  for (let round = 0; round < 3; round++) {
    const pause = gathering.over(2, 0);
    gathering.joined(1);
    gathering.joined(2);
    await pause;
  }
});
