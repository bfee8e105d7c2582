/**
 * A full disk: writes are refused with 507, all else goes on, nothing acknowledged is lost, and
 * room heals it.
 */
import { execFileSync } from 'node:child_process';
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../support/directory.js';
import { entityUrl } from '../support/http.js';
import { type ServerProcess, startServer } from '../support/process.js';
import { requireMachine } from '../support/requirements.js';
import { type SmallDisk, smallDisk } from '../support/small-disk.js';

const clients = 8;

beforeAll(() => requireMachine({ programs: ['mount', 'prlimit'], root: true }));

interface Reply {
  readonly status: number;
  readonly type: string | undefined;
  readonly body: Buffer;
}

/**
 * The entities that the store must hold: each key is written by one client, one write after
 * another, so it is exact.
 */
class Model {
  readonly held = new Map<string, Buffer>();
  readonly agent = new Agent({ keepAlive: true, maxSockets: clients });
  server: ServerProcess | undefined;

  send(method: string, path: string, body?: Buffer): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const req = request(
        `${this.server?.url}${path}`,
        { method, agent: this.agent },
        async (response) => {
          const pieces: Buffer[] = [];
          for await (const piece of response) pieces.push(piece as Buffer);
          const { statusCode = 0, headers } = response;
          resolve({
            status: statusCode,
            type: headers['content-type'],
            body: Buffer.concat(pieces),
          });
        },
      );
      req.on('error', (cause) => {
        // Time for the server to be seen dead, if it is.
        setTimeout(() => {
          const { exitCode, signalCode } = this.server?.child ?? {};
          const state = signalCode ?? exitCode ?? 'running';
          reject(new Error(`${method} got no response (${cause.message}); the server: ${state}`));
        }, 100);
      });
      req.end(body);
    });
  }

  async write(method: 'PUT' | 'DELETE', key: string, value?: Buffer): Promise<number> {
    const reply = await this.send(method, entityUrl('', key), value);
    if (reply.status === 507) {
      expect(reply.type).toBe('application/problem+json');
      expect(JSON.parse(reply.body.toString()).detail).toMatch(/no space left/);
      return 507;
    }
    expect(reply.status, reply.body.toString()).toBe(method === 'PUT' ? 201 : 202);
    if (value) this.held.set(key, value);
    else this.held.delete(key);
    return reply.status;
  }

  /**
   * PUTs over all connections until each has been refused ten times. @returns the statuses counted
   */
  async fill(prefix: string, valueBytes: number): Promise<Record<number, number>> {
    const counts: Record<number, number> = { 201: 0, 507: 0 };
    const one = async (client: number) => {
      let refused = 0;
      for (let number = 0; refused < 10; number++) {
        const key = `${prefix}-${client}-${number}`;
        const status = await this.write('PUT', key, Buffer.alloc(valueBytes, `${key};`));
        counts[status] = (counts[status] ?? 0) + 1;
        if (status === 507) refused++;
        if (number > 1_000_000 / valueBytes + 100_000)
          throw new Error('the disk does not get full');
      }
    };
    await Promise.all(Array.from({ length: clients }, (_, client) => one(client)));
    return counts;
  }

  async expectServing(): Promise<void> {
    const { status, body } = await this.send('GET', '/v0/status');
    expect(status, body.toString()).toBe(200);
  }

  /**
   * Every acknowledged write is there, and none that was refused: by range, and for some keys by
   * get.
   */
  async expectAll(): Promise<void> {
    const response = await fetch(`${this.server?.url}/v0/entities?start=%00`, {
      headers: { Accept: 'application/x-ndjson' },
    });
    const found = new Map<string, string>();
    for (const line of (await response.text()).split('\n').slice(0, -1)) {
      const { key, value } = JSON.parse(line) as { key: string; value: string };
      found.set(key, value);
    }
    const wrong = [...new Set([...found.keys(), ...this.held.keys()])].filter(
      (key) => found.get(key) !== this.held.get(key)?.toString('base64'),
    );
    expect(wrong).toEqual([]);
    const keys = [...this.held.keys()];
    for (let at = 0; at < keys.length; at += Math.ceil(keys.length / 200)) {
      const key = keys[at] as string;
      const { status, body } = await this.send('GET', entityUrl('', key));
      expect(status).toBe(200);
      expect(this.held.get(key)?.equals(body)).toBe(true);
    }
  }
}

async function start(model: Model, disk: SmallDisk) {
  const server = await startServer(join(disk.directory, 'data'));
  model.server = server;
  return server;
}

/** The operator is told that the disk is full, and perhaps that it is not any more. */
function expectOnlyFull({ log }: ServerProcess): void {
  const events = log().filter(({ level }) => level !== 'info');
  expect(events[0]).toMatchObject({ level: 'warn', event: 'disk-full' });
  for (const { event } of events) expect(['disk-full', 'disk-space']).toContain(event);
}

describe.each([100, 1024, 40_000])('with values of %i bytes on a disk of 8 MiB', (valueBytes) => {
  it('a full disk refuses writes with 507, serves all else, and later writes again', async () => {
    const disk = await smallDisk(8, 3);
    const model = new Model();
    const server = await start(model, disk);
    const filled = await model.fill('fill', valueBytes);
    console.log(
      `${valueBytes} B: ${filled[201]} PUTs stored, ${filled[507]} refused, ` +
        `${await disk.freeBytes()} bytes free`,
    );
    expect(filled[201]).toBeGreaterThan(50);
    await model.expectServing();
    await model.expectAll();

    await disk.makeRoom();
    for (let n = 0; n < 20; n++)
      expect(await model.write('PUT', `again-${n}`, Buffer.alloc(valueBytes))).toBe(201);
    await model.expectServing();
    await model.expectAll();
    expect(await server.end('SIGTERM')).toEqual({ code: 0, signal: null });
    expectOnlyFull(server);

    await start(model, disk);
    await model.expectServing();
    await model.expectAll();
  });

  it('on a full disk DELETE works, and what it frees can be written again', async () => {
    const disk = await smallDisk(8, 1);
    const model = new Model();
    const server = await start(model, disk);
    await model.fill('fill', valueBytes);
    const counts: Record<number, number> = { 202: 0, 507: 0 };
    // Half of them: what LMDB frees is whole pages, and a page holds many small values.
    const doomed = [...model.held.keys()].sort().slice(0, model.held.size / 2);
    // Many at once share a transaction that must find room for all.
    const together = doomed.slice(0, 32).map((key) => model.write('DELETE', key));
    expect(new Set(await Promise.all(together))).toEqual(new Set([202]));
    for (const key of doomed.slice(32)) {
      const status = await model.write('DELETE', key);
      counts[status] = (counts[status] ?? 0) + 1;
    }
    await model.expectServing();
    await model.expectAll();
    let rewritten = 0;
    for (let n = 0; n < 20; n++)
      if ((await model.write('PUT', `again-${n}`, Buffer.alloc(valueBytes))) === 201) rewritten++;
    console.log(
      `${valueBytes} B, full: of ${doomed.length - 32} more DELETEs ${counts[202]} done ` +
        `and ${counts[507]} refused; then of 20 PUTs ${rewritten} stored`,
    );
    await model.expectAll();
    expectOnlyFull(server);
    expect(counts).toEqual({ 202: doomed.length - 32, 507: 0 });
    expect(rewritten).toBeGreaterThan(0);
  });

  it('a server killed on a full disk opens again with all it acknowledged', async () => {
    const disk = await smallDisk(8, 2);
    const model = new Model();
    const killed = await start(model, disk);
    await model.fill('fill', valueBytes);
    await killed.end('SIGKILL');
    expectOnlyFull(killed);

    const full = await start(model, disk);
    await model.expectServing();
    await model.expectAll();
    const filled = await model.fill('more', valueBytes);
    console.log(
      `${valueBytes} B, after the kill and still full: ${filled[201]} PUTs stored, ` +
        `${filled[507]} refused`,
    );
    await model.expectAll();
    expectOnlyFull(full);
    await full.end('SIGKILL');

    await disk.makeRoom();
    const roomy = await start(model, disk);
    await model.expectAll();
    expect(await model.write('PUT', 'again', Buffer.alloc(valueBytes))).toBe(201);
    expect(await roomy.end('SIGTERM')).toEqual({ code: 0, signal: null });
    expect(roomy.stderr()).toBe('');
  });
});

it('a disk too small for an empty store is named in one line, with exit code 1', async () => {
  const disk = await smallDisk(1, 1);
  const started = startServer(join(disk.directory, 'data'));
  await expect(started).rejects.toThrow(
    /ended with 1, .*\nevenkeel: [^\n]*the disk is full[^\n]*\n$/s,
  );
});

it('a server that can not empty its journal says so, and loses nothing', async () => {
  const data = join(await temporaryDirectory(), 'data');
  const server = await startServer(data);
  const url = entityUrl(server.url, 'kept');
  expect((await fetch(url, { method: 'PUT', body: 'value' })).status).toBe(201);
  execFileSync('prlimit', [`--pid=${server.child.pid}`, '--fsize=4096']);
  expect(await server.end('SIGTERM')).toEqual({ code: 0, signal: null });
  expect(server.stderr()).toContain('the last writes are in the journal, and not in data.mdb');
  const next = await startServer(data);
  expect(await (await fetch(entityUrl(next.url, 'kept'))).text()).toBe('value');
  expect(await next.end('SIGTERM')).toEqual({ code: 0, signal: null });
  expect(next.stderr()).toBe('');
});
