/**
 * A 201 is sent when the value is on the disk, and not before: what the server asks of the system,
 * call by call. LMDB writes the changed pages, calls fdatasync, and writes the page that makes them
 * valid through a descriptor opened with O_DSYNC, so that write returns when it is on the disk
 * itself.
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
  // A commit's pages are written up to 64 at once, and the whole of them is wanted, to find a value
  // in it.
  const command = [...straceCommand(log, calls, 64 * 4096), process.execPath];
  const { url, end } = await startServer(directory, [], command);
  await run(url);
  expect(await end('SIGTERM')).toEqual({ code: 0, signal: null });
  return new Trace(parseStrace(await readFile(log, 'latin1')), join(directory, 'data.mdb'));
}

interface Commit {
  readonly pages: SystemCall;
  readonly sync: SystemCall;
  readonly meta: SystemCall;
}

class Trace {
  readonly calls: readonly SystemCall[];
  /** Calls on the data file, and whether each is a write that returns when it is on the disk. */
  readonly #file: readonly { call: SystemCall; dataSync: boolean }[];

  constructor(calls: readonly SystemCall[], dataFile: string) {
    this.calls = calls;
    const dataSync = new Map<number, boolean>();
    const file: { call: SystemCall; dataSync: boolean }[] = [];
    for (const call of calls) {
      if (call.name === 'openat') dataSync.set(call.result, /\bO_D?SYNC\b/.test(call.text));
      else if (call.path === dataFile)
        file.push({ call, dataSync: dataSync.get(call.descriptor as number) ?? false });
    }
    this.#file = file;
  }

  get syncs(): number {
    return this.#file.filter(({ call }) => call.name === 'fdatasync').length;
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

  /** The first commit wholly after the call whose pages hold the text. */
  commitAfter({ ended }: SystemCall, text: string): Commit | undefined {
    const pages = this.#file.find(
      ({ call, dataSync }) =>
        call.begun > ended &&
        !dataSync &&
        writeCalls.includes(call.name) &&
        call.text.includes(text),
    )?.call;
    const sync =
      pages &&
      this.#file.find(
        ({ call }) => call.begun > pages.ended && ['fdatasync', 'fsync'].includes(call.name),
      )?.call;
    const meta =
      sync &&
      this.#file.find(
        ({ call, dataSync }) =>
          call.begun > sync.ended && dataSync && writeCalls.includes(call.name),
      )?.call;
    return pages && sync && meta && { pages, sync, meta };
  }

  /** Fails unless the request was answered so, after a commit whose pages hold the text. */
  expectDurable(line: string, status: number, text: string): void {
    const read = this.requestOf(line);
    const response = this.responseTo(read);
    expect(response.text).toContain(`HTTP/1.1 ${status} `);
    const commit = this.commitAfter(read, text);
    expect(commit, `${line}: no commit after it was read`).toBeDefined();
    expect(commit?.meta.ended, `${line}: answered before its commit was on the disk`).toBeLessThan(
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
    traced.expectDurable(`DELETE /v0/entity?id=k-${n}`, 202, '');
  console.log(`One PUT, from its read to its answer:\n${traced.excerpt('PUT /v0/entity?id=k-25')}`);
});

it('each of 400 PUTs over 20 connections is in a commit that ends before its 201', async () => {
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
  console.log(`400 PUTs over 20 connections shared ${traced.syncs} syncs`);
  expect(traced.syncs).toBeLessThan(400);
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
