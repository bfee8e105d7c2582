/** Responses of many connections stand in blocks of memory that they share. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { ResponseHead } from '#dist/server/connection/response-head.js';
import { ResponseBuffer } from '#dist/server/fast-lane/response-buffer.js';

/** A client's socket, and the server's. */
async function pair(): Promise<{ client: Socket; served: Socket }> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = connect((server.address() as AddressInfo).port);
  const [served] = (await once(server, 'connection')) as [Socket];
  server.close();
  return { client, served };
}

const left = () => {};

test('each client gets its own responses in order, though one does not read', async () => {
  const head = new ResponseHead(5000);
  const pairs = await Promise.all(Array.from({ length: 5 }, pair));
  const clients = pairs.map(({ client, served }, index) => {
    const received: Buffer[] = [];
    if (index > 0) client.on('data', (piece) => received.push(piece));
    return {
      client,
      served,
      received,
      out: new ResponseBuffer(served, head, { left }),
      expected: '',
    };
  });
  const headers = { 'Content-Type': 'a/b' };
  const long = { 'Content-Type': 'c/d', 'X-Long': 'y'.repeat(3000) };
  let version = 10 ** 15;
  for (let turn = 0; turn < 400; turn++) {
    for (const [index, it] of clients.entries())
      for (let more = (turn * 7 + index) % 4; more > 0; more--) {
        version += 999_999_937;
        const length = [0, 100, 7000, 20_000, 8 * 1024][(turn + more) % 5] as number;
        const content = Buffer.alloc(length, `${index}.${turn}.${more} `);
        const kind = turn % 50 === 7 ? long : headers;
        const response = { status: 200, headers: kind, version };
        it.out.add(response, content, false);
        const [first] = head.format(response, length, false).split('Date: ');
        it.expected += `${first}${content.toString('latin1')}`;
      }
    // Not all leave at the end of each turn: some have a request that is still running.
    for (const [index, { out }] of clients.entries()) if ((turn + index) % 3 > 0) out.flush();
    if (turn % 20 === 0) await new Promise(setImmediate);
  }
  for (const { served, out } of clients) {
    out.flush();
    expect(out.unsentLength).toBe(served.writableLength);
  }
  const [slow] = clients as [(typeof clients)[0]];
  expect(slow.served.writableLength).toBeGreaterThan(0);
  slow.client.on('data', (piece) => slow.received.push(piece));
  for (const { client, served, received, expected } of clients) {
    served.end();
    await once(client, 'end');
    const text = Buffer.concat(received).toString('latin1');
    expect(text.replaceAll(/Date: .*\r\nConnection.*\r\nKeep-Alive.*\r\n\r\n/g, '')).toBe(expected);
  }
});
