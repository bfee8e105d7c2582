/** Content waits for its reader in few bytes, however many pieces it comes in. */
import { EventEmitter } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { expect, test } from 'vitest';
import { ContentPieces } from '#dist/server/full-lane/content-pieces.js';
import type { FullConnection } from '#dist/server/full-lane/full-connection.js';

/** A request whose content the test sends, and a connection that notes when it is paused. */
function received() {
  const req = Object.assign(new EventEmitter(), { complete: false, read: () => null });
  const pauses: boolean[] = [];
  const ends: boolean[] = [];
  const connection = {
    pieces: 0,
    problem: undefined,
    whileReading: () => {},
    pauseContent: (isPaused: boolean) => pauses.push(isPaused),
  };
  const content = new ContentPieces(
    req as unknown as IncomingMessage,
    connection as unknown as FullConnection,
    (isWhole) => ends.push(isWhole),
  );
  return { req, content, pauses, ends };
}

test('pieces that wait are copied, and are one piece then', async () => {
  const { req, content, pauses, ends } = received();
  // One byte of memory for all pieces: whoever keeps one has the last byte of all.
  const piece = Buffer.alloc(1);
  const text = 'content'.repeat(9500);
  for (const byte of text) {
    piece.write(byte);
    req.emit('data', piece);
  }
  expect(new Set(pauses)).toEqual(new Set([true]));
  expect((await content.next()).value?.toString()).toBe(text);
  expect(pauses.at(-1)).toBe(false);
  req.emit('data', Buffer.from('more'));
  req.emit('end');
  expect(ends).toEqual([true]);
  expect((await content.next()).value?.toString()).toBe('more');
  expect((await content.next()).done).toBe(true);
});

test('content that is not wanted any more was not read whole', async () => {
  const { req, content, ends } = received();
  req.emit('data', Buffer.from('some'));
  content.stop();
  req.emit('end');
  expect(ends).toEqual([false]);
  expect((await content.next()).done).toBe(true);
});
