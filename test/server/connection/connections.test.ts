import { Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { Connections } from '#dist/server/connection/connections.js';
import { freeDescriptors } from '#dist/server/connection/descriptors.js';

/** Connections of which each is idle or busy as the test says. */
function crowd(maxCount: number) {
  const connections = new Connections(maxCount);
  const open = (): { socket: Socket; connection: { idleSince: number | undefined } } => {
    const socket = new Socket();
    onTestFinished(() => {
      socket.destroy();
    });
    const connection = { idleSince: connections.stamp() };
    if (!connections.admit(socket)) throw new Error('no place');
    connections.own(socket, connection);
    return { socket, connection };
  };
  return { connections, open };
}

test('those idle longest make room, in the order in which they became idle', () => {
  const { connections, open } = crowd(200);
  const all = Array.from({ length: 200 }, open);
  // Every third one has a request now, and was idle again after all others.
  for (const [at, { connection }] of all.entries())
    if (at % 3 === 0) connection.idleSince = connections.stamp();
  const expected = [
    ...all.filter((_, at) => at % 3 !== 0),
    ...all.filter((_, at) => at % 3 === 0),
  ].map(({ socket }) => socket);
  for (const socket of expected) {
    expect(socket.destroyed).toBe(false);
    open();
    expect(socket.destroyed).toBe(true);
    expect(connections.count).toBe(200);
  }
});

test('one that has become busy since it was found idle is passed over', () => {
  const { connections, open } = crowd(3);
  const [first, second, third] = [open(), open(), open()];
  open();
  expect(first.socket.destroyed).toBe(true);
  second.connection.idleSince = undefined;
  open();
  expect([second.socket.destroyed, third.socket.destroyed]).toStrictEqual([false, true]);
  second.connection.idleSince = connections.stamp();
});

test('nobody gets a place while all are busy, and the next one does once one is idle', () => {
  const { connections, open } = crowd(2);
  const [first, second] = [open(), open()];
  first.connection.idleSince = undefined;
  second.connection.idleSince = undefined;
  expect(open).toThrow('no place');
  expect(open).toThrow('no place');
  second.connection.idleSince = connections.stamp();
  open();
  expect([first.socket.destroyed, second.socket.destroyed]).toStrictEqual([false, true]);
});

test.runIf(process.platform === 'linux')('a process knows how many descriptors it may open', () => {
  expect(freeDescriptors()).toBeGreaterThan(0);
  expect(freeDescriptors()).toBeLessThan(2 ** 31);
});
