/** setup() and done() in the main thread reach the states of real worker threads. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Histogram } from '#dist/lab/load/histogram/histogram.js';
import { openLine } from '#dist/lab/load/script/blocking.js';
import { RemoteThread } from '#dist/lab/load/script/channel.js';
import { readScript } from '#dist/lab/load/script/script-text.js';
import { captureStdout } from '../../../support/load.js';
import { address, main, scriptFile, url, written } from './harness.js';

type Told = {
  readonly sent: readonly string[];
  readonly stopped: boolean;
  readonly address: unknown;
  readonly ownAddress: unknown;
};

/** A worker whose script's top level has run. */
async function startThread(file: string, thread: number) {
  const { caller, responder } = openLine();
  const worker = new Worker(new URL('thread-worker.mjs', import.meta.url), {
    workerData: {
      options: { file, text: readScript(file), url, headers: [], thread, address },
      end: responder,
    },
    transferList: [responder.port],
  });
  onTestFinished(async () => {
    await worker.terminate();
  });
  await once(worker, 'message');
  const tell = async (what: { args?: readonly string[]; requests?: number }): Promise<Told> => {
    worker.postMessage(what);
    return (await once(worker, 'message'))[0];
  };
  return { tell, remote: new RemoteThread(caller) };
}

const errors = { connect: 0, read: 0, write: 0, status: 0, timeout: 0 };
const summary = { duration: 1e6, requests: 5, bytes: 100, errors };

describe('thread:set and thread:get', () => {
  it('carry plain values to each worker before its init(), and back in done()', async () => {
    const file = scriptFile('setup.lua');
    const state = await main(file);
    const threads = await Promise.all([0, 1].map((thread) => startThread(file, thread)));
    for (const { remote, tell } of threads) {
      await state.setup(remote);
      await tell({ args: [] });
    }
    const told = await Promise.all(threads.map(({ tell }) => tell({ requests: 2 })));
    expect(told.map(({ sent }) => sent[0]?.split('\r\n')[0])).toEqual([
      'GET /blue-b/1/3 HTTP/1.1',
      'GET /blue-b/2/3 HTTP/1.1',
    ]);
    // Thread 0 made one more, for the check before the run.
    expect(threads.map(({ remote }) => remote.getGlobal('requests'))).toEqual([3, 2]);
    expect(threads.map(({ remote }) => remote.getGlobal('responses'))).toEqual([2, 2]);
    const output = { stdout: '' };
    const release = captureStdout(output);
    await state.done(summary, new Histogram(), new Histogram()).finally(release);
    expect(output.stdout).toBe(
      'thread 1 made 3 requests and got 2 responses\n' +
        'thread 2 made 2 requests and got 2 responses\n',
    );
  });

  it('keep every kind of plain value, and every byte', async () => {
    const file = await written(`
      local bytes = {}
      for i = 0, 255 do bytes[#bytes + 1] = string.char(i) end
      local all = table.concat(bytes)
      function setup(thread)
        thread:set('sent', { all, true, false, 1.5, -3, { nested = { [2.5] = 'half' } } })
        local got = thread:get('sent')
        assert(got[1] == all and got[2] == true and got[3] == false)
        assert(got[4] == 1.5 and got[5] == -3)
        assert(got[6].nested[2.5] == 'half')
        thread:set('gone', nil)
        assert(thread:get('gone') == nil and thread:get('never') == nil)
        assert(tostring(thread:get('whole')) == '3')
      end
      gone, whole = 1, 3`);
    const { remote } = await startThread(file, 0);
    await (await main(file)).setup(remote);
  });

  it('carry neither functions nor tables that contain themselves', async () => {
    const file = await written(`
      function setup(thread)
        local function refused(message, call, ...)
          local ok, problem = pcall(call, thread, ...)
          assert(not ok and problem:find(message, 1, true), problem)
        end
        local t = {}
        t.t = t
        refused("cannot transfer 'function' to thread", thread.set, 'x', { print })
        refused('contains itself', thread.set, 'x', t)
        refused("cannot transfer 'userdata'", thread.set, 'x', wrk.lookup('127.0.0.1')[1])
        refused("cannot transfer 'function'", thread.get, 'print')
        thread:set('x', print)
      end`);
    const { remote } = await startThread(file, 0);
    await expect((await main(file)).setup(remote)).rejects.toThrow(
      /script\.lua:13: cannot transfer 'function' to thread \(in setup/,
    );
  });

  it('give up on a worker that does not answer', async () => {
    const { caller } = openLine();
    const remote = new RemoteThread(caller, 50);
    expect(() => remote.getGlobal('x')).toThrow('no response from the other thread within 0.05 s');
  });
});

describe('a thread', () => {
  it('connects where setup() said, or else to the first address of the run', async () => {
    const file = await written(`
      local n = 0
      function setup(thread)
        n = n + 1
        assert(tostring(thread.addr) == '127.0.0.1:8080')
        if n == 2 then thread.addr = wrk.lookup('127.0.0.1', 9)[1] end
        assert(not pcall(function() thread.addr = 'text' end))
        assert(not pcall(function() thread.other = 1 end))
      end
      function init() seen = tostring(wrk.thread.addr) end`);
    const state = await main(file);
    const addresses = [];
    for (const thread of [0, 1]) {
      const { remote, tell } = await startThread(file, thread);
      await state.setup(remote);
      const { address, ownAddress } = await tell({ args: [] });
      addresses.push([address, ownAddress, remote.getGlobal('seen')]);
    }
    expect(addresses).toEqual([
      // It is left to the run which address of the host that is.
      [{ host: '127.0.0.1', port: 8080 }, undefined, '127.0.0.1:8080'],
      [{ host: '127.0.0.1', port: 9 }, { host: '127.0.0.1', port: 9 }, '127.0.0.1:9'],
    ]);
  });

  it('is stopped by itself, or from the main thread', async () => {
    const alone = await startThread(scriptFile('stop.lua'), 0);
    const { sent, stopped } = await alone.tell({ args: [], requests: 10 });
    expect({ sent: sent.length, stopped }).toEqual({ sent: 3, stopped: true });
    const file = await written('function setup(thread) thread:stop() end');
    const told = await startThread(file, 0);
    await (await main(file)).setup(told.remote);
    expect((await told.tell({ args: [], requests: 10 })).stopped).toBe(true);
  });

  it('is reached in the same way when the script is JavaScript', async () => {
    const file = scriptFile('load.mjs');
    const state = await main(file);
    const { remote, tell } = await startThread(file, 1);
    await state.setup(remote);
    const { sent, stopped } = await tell({ args: ['x'], requests: 10 });
    expect(sent[0]).toBe(
      'PUT /1/1 HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nX-Argument: x\r\n' +
        'Content-Length: 8\r\n\r\nvÃ¤rde 1',
    );
    expect({ sent: sent.length, stopped }).toEqual({ sent: 3, stopped: true });
    expect([remote.getGlobal('requests'), remote.getGlobal('lastStatus')]).toEqual([3, 200]);
    expect(() => remote.getGlobal('request')).toThrow('could not be cloned');
    await state.done(summary, new Histogram(), new Histogram());
  });
});
