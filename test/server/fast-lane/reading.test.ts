/**
 * All connections read into one buffer. Tests which bytes are taken at once, which come as data,
 * and that no request is served the bytes of another.
 */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { readIntoSharedBuffer, type Take } from '#dist/server/fast-lane/shared-read-buffer.js';
import { RawConnection, request } from '../../support/http.js';
import { expectIdle, startServer, storedKeys } from '../harness.js';

const patient = { timeout: 20_000, interval: 5 };

/** A client, and the server's socket of the same connection, read so. */
async function connected(
  take: Take,
): Promise<{ client: Socket; accepted: Socket; data: () => string }> {
  let text = '';
  let can: boolean | undefined;
  const server = createServer((socket) => {
    can = readIntoSharedBuffer(socket, take);
    socket.on('data', (piece) => {
      text += piece.toString('latin1');
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const [accepted] = (await once(server, 'connection')) as [Socket];
  onTestFinished(() => {
    client.destroy();
    accepted.destroy();
    server.close();
  });
  expect(can).toBe(true);
  return { client, accepted, data: () => text };
}

test('this Node reads into the common buffer, and the rest comes as data, in order', async () => {
  let taken = '';
  const { client, accepted, data } = await connected((bytes) => {
    taken += bytes.toString('latin1', 0, 2);
    return 2;
  });
  client.write('abcd');
  await expect.poll(() => [taken, data()], patient).toStrictEqual(['ab', 'cd']);
  client.write('ef');
  await expect.poll(() => [taken, data()], patient).toStrictEqual(['abef', 'cd']);
  client.end();
  await once(accepted, 'end');
});

test('bytes do not overtake those that wait in a paused socket, which may read on', async () => {
  const all: string[] = [];
  const { client, accepted } = await connected((bytes) => {
    all.push(`taken ${bytes.toString('latin1', 0, 1)}`);
    return 1;
  });
  accepted.once('data', (piece) => {
    accepted.pause();
    accepted.unshift(piece);
    accepted.on('data', (later) =>
      all.push(...[...later.toString('latin1')].map((byte) => `data ${byte}`)),
    );
  });
  client.write('ab');
  await expect.poll(() => accepted.readableLength, patient).toBe(1);
  client.write('cd');
  await expect.poll(() => accepted.readableLength, patient).toBe(3);
  accepted.resume();
  await expect.poll(() => all, patient).toStrictEqual(['taken a', 'data b', 'data c', 'data d']);
});

test('a plain request behind a refusal of the full lane is not served', async () => {
  const server = await startServer();
  const connection = new RawConnection(server.url);
  expect((await connection.ask('?\r\n\r\n')).status).toBe(400);
  connection.write(request('PUT', '/v0/entity?id=k', [], 'v'));
  connection.endSending();
  await connection.closed;
  await expectIdle(server);
  expect(await storedKeys(server.url)).toStrictEqual([]);
});

/**
 * Many clients at once send two PUTs in one write each. They read the values back in one write that
 * begins plain and ends in the full lane.
 */
async function valuesOfManyClients(): Promise<void> {
  const { url } = await startServer();
  const value = (client: number, which: number) =>
    `${client}-${which}-`.repeat(1 + ((client * 7) % 40));
  const target = (client: number, which: number) => `/v0/entity?id=k${client}-${which}`;
  const clients = Array.from({ length: 30 }, (_, client) => ({
    client,
    connection: new RawConnection(url),
  }));
  await Promise.all(
    clients.map(async ({ client, connection }) => {
      const put = (which: number) =>
        request('PUT', target(client, which), [], value(client, which));
      connection.write(put(0) + put(1));
      const answers = await connection.answers(2);
      expect(answers.map(({ status }) => status)).toStrictEqual([201, 201]);
    }),
  );
  await Promise.all(
    clients.map(async ({ client, connection }) => {
      const get = (which: number) => request('GET', target(client, which));
      connection.write(get(0) + get(1) + request('GET', '/v0/status') + get(0));
      const answers = (await connection.answers(6)).slice(2);
      expect(answers.map(({ body }) => body)).toStrictEqual([
        value(client, 0),
        value(client, 1),
        '{"status":"serving"}\n',
        value(client, 0),
      ]);
    }),
  );
}

test('what many clients store at once is kept apart', valuesOfManyClients);

test('where Node has no such buffer, bytes come as data and nothing else changes', async () => {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const client = connect((probe.address() as AddressInfo).port, '127.0.0.1');
  const [accepted] = (await once(probe, 'connection')) as [Socket & { _handle: object }];
  // The class of all handles of streams.
  let owner = accepted._handle as { useUserBuffer?: unknown };
  while (!Object.hasOwn(owner, 'useUserBuffer')) owner = Object.getPrototypeOf(owner);
  const { useUserBuffer } = owner;
  owner.useUserBuffer = undefined;
  try {
    expect(readIntoSharedBuffer(accepted, () => expect.unreachable())).toBe(false);
    client.write('abc');
    expect(String((await once(accepted, 'data'))[0])).toBe('abc');
    await valuesOfManyClients();
  } finally {
    owner.useUserBuffer = useUserBuffer;
    client.destroy();
    accepted.destroy();
    probe.close();
  }
});
