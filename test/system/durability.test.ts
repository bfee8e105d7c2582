/**
 * A 201 is sent when the value is on the disk, and not before: what the server asks of the system,
 * call by call. A frame of the journal is written through a descriptor opened with O_DSYNC, so that
 * write returns when it is on the disk itself. A large value is written so before its frame.
 */
import { readFile } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { dirname, join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { temporaryDirectory } from '../support/directory.js';
import { entityUrl } from '../support/http.js';
import { startServer } from '../support/process.js';
import { requireMachine } from '../support/requirements.js';
import { parseStrace, type SystemCall, straceCommand } from '../support/strace.js';

const readCalls = ['read', 'readv', 'recvfrom', 'recvmsg'];
const writeCalls = ['write', 'writev', 'pwrite64', 'pwritev', 'pwritev2', 'sendto', 'sendmsg'];
const syncCalls = ['fsync', 'fdatasync', 'msync', 'sync_file_range'];

beforeAll(() => requireMachine({ programs: ['strace'], root: true }));

/** Runs the requests against a traced server. */
async function trace(directory: string, run: (url: string) => Promise<void>): Promise<Trace> {
  const log = join(dirname(directory), `${Date.now()}.strace`);
  const calls = ['openat', ...readCalls, ...writeCalls, ...syncCalls];
  // The whole of a frame is wanted, to find a value in it.
  const command = [...straceCommand(log, calls, 64 * 4096), process.execPath];
  const { url, end } = await startServer(directory, [], command);
  await run(url);
  expect(await end('SIGTERM')).toEqual({ code: 0, signal: null });
  return new Trace(parseStrace(await readFile(log, 'latin1')), directory);
}

class Trace {
  readonly calls: readonly SystemCall[];
  readonly #directory: string;
  /** Writes of the journal that return when they are on the disk. */
  readonly #frames: readonly SystemCall[];

  constructor(calls: readonly SystemCall[], directory: string) {
    this.calls = calls;
    this.#directory = directory;
    this.#frames = [...this.syncedWritesOf('journal-0'), ...this.syncedWritesOf('journal-1')];
  }

  /** How many frames were written. */
  get frames(): number {
    return this.#frames.length;
  }

  /** Writes of a file that return when they are on the disk. */
  syncedWritesOf(name: string): SystemCall[] {
    const path = join(this.#directory, name);
    const dataSync = new Map<number, boolean>();
    const writes: SystemCall[] = [];
    for (const call of this.calls) {
      if (call.name === 'openat') dataSync.set(call.result, /\bO_D?SYNC\b/.test(call.text));
      else if (call.path === path && writeCalls.includes(call.name)) {
        const isSynced = dataSync.get(call.descriptor as number) ?? false;
        if (isSynced) writes.push(call);
      }
    }
    return writes;
  }

  /** The read that brought the request line. */
  requestOf(line: string): SystemCall {
    const call = this.calls.find(
      ({ name, text }) => readCalls.includes(name) && text.includes(`"${line} `),
    );
    if (!call) throw new Error(`no read brought ${line}`);
    return call;
  }

  /** The write of the response to the request that the read brought. */
  responseTo({ descriptor, ended }: SystemCall): SystemCall {
    const call = this.calls.find(
      (other) =>
        other.begun > ended &&
        other.descriptor === descriptor &&
        writeCalls.includes(other.name) &&
        other.text.includes('"HTTP/1.1 '),
    );
    if (!call) throw new Error('no write answered the request');
    return call;
  }

  /** The first frame wholly after the call that holds the text. */
  frameAfter({ ended }: SystemCall, text: string): SystemCall | undefined {
    return this.#frames.find((call) => call.begun > ended && call.text.includes(text));
  }

  /** Fails unless the request was answered so, after a frame that holds the text. */
  expectDurable(line: string, status: number, text: string): void {
    const read = this.requestOf(line);
    const response = this.responseTo(read);
    expect(response.text).toContain(`HTTP/1.1 ${status} `);
    const frame = this.frameAfter(read, text);
    expect(frame, `${line}: no frame after it was read`).toBeDefined();
    expect(frame?.ended, `${line}: answered before its frame was on the disk`).toBeLessThan(
      response.begun,
    );
  }

  /** The calls from reading the request to answering it, for a person to read. */
  excerpt(line: string): string {
    const read = this.requestOf(line);
    const response = this.responseTo(read);
    return this.calls
      .filter(({ begun, ended }) => begun >= read.begun && ended <= response.ended)
      .map(({ thread, name, text, result }) => {
        const short = text.length > 150 ? `${text.slice(0, 150)}… = ${result}` : text;
        return `  [${thread}] ${name}(${short}`;
      })
      .join('\n');
  }
}

function clientOf(url: string): (method: string, id: string, value?: string) => Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  return (method, id, value) =>
    new Promise((resolve, reject) => {
      const req = request(entityUrl(url, id), { method, agent }, (response) => {
        response.resume().on('end', resolve);
      });
      req.on('error', reject).end(value);
    });
}

it('each of 50 PUTs and 20 DELETEs is synced between its read and its response', async () => {
  const numbers = Array.from({ length: 50 }, (_, n) => n);
  const traced = await trace(join(await temporaryDirectory(), 'data'), async (url) => {
    const send = clientOf(url);
    for (const n of numbers) await send('PUT', `k-${n}`, `<value-${n}>`);
    for (const n of numbers.slice(0, 20)) await send('DELETE', `k-${n}`);
  });
  for (const n of numbers) traced.expectDurable(`PUT /v0/entity?id=k-${n}`, 201, `<value-${n}>`);
  for (const n of numbers.slice(0, 20))
    traced.expectDurable(`DELETE /v0/entity?id=k-${n}`, 202, `k-${n}`);
  console.log(`One PUT, from its read to its answer:\n${traced.excerpt('PUT /v0/entity?id=k-25')}`);
});

it('each of 400 PUTs over 20 connections is in a frame that ends before its 201', async () => {
  const ids = Array.from({ length: 20 }, (_, client) =>
    Array.from({ length: 20 }, (_, n) => `${client}-${n}`),
  );
  const traced = await trace(join(await temporaryDirectory(), 'data'), async (url) => {
    await Promise.all(
      ids.map(async (own) => {
        const send = clientOf(url);
        for (const id of own) await send('PUT', id, `<value-${id}>`);
      }),
    );
  });
  for (const id of ids.flat())
    traced.expectDurable(`PUT /v0/entity?id=${id}`, 201, `<value-${id}>`);
  console.log(`400 PUTs over 20 connections shared ${traced.frames} frames`);
  expect(traced.frames).toBeLessThan(400);
});

it('a large value is on the disk before its frame begins, and that before its 201', async () => {
  const value = 'large '.repeat(60_000);
  const traced = await trace(join(await temporaryDirectory(), 'data'), async (url) =>
    clientOf(url)('PUT', 'big', value),
  );
  const line = 'PUT /v0/entity?id=big';
  traced.expectDurable(line, 201, 'big');
  const frame = traced.frameAfter(traced.requestOf(line), 'big') as SystemCall;
  const writes = traced.syncedWritesOf('journal-slot-0');
  const written = writes.filter(({ ended }) => ended < frame.begun);
  expect(written.reduce((sum, { result }) => sum + result, 0)).toBe(value.length);
});

it('the directory is synced before the first 201, so a crash keeps the new name', async () => {
  const directory = join(await temporaryDirectory(), 'data');
  const traced = await trace(directory, async (url) => clientOf(url)('PUT', 'a', 'one'));
  const response = traced.responseTo(traced.requestOf('PUT /v0/entity?id=a'));
  const synced = traced.calls
    .filter(({ name, ended }) => name === 'fsync' && ended < response.begun)
    .map(({ path }) => path);
  expect(synced).toContain(directory);
  // The directory was made by the server, so its own name must last too.
  expect(synced).toContain(dirname(directory));
});
