/** How `evenkeel serve` refuses to start: one clear line, an exit code, and nothing touched. */
import { mkdir, open, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { serve } from 'evenkeel';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { expectOneLine, put } from '../support/command.js';
import { temporaryDirectory } from '../support/directory.js';
import { entityUrl } from '../support/http.js';
import { runCommand, startCommand, startServer } from '../support/process.js';
import { serveHere } from '../support/serve.js';

describe('what is in the way', () => {
  it('is named in one line with exit code 1, when the port is in use', async () => {
    const other = createServer();
    onTestFinished(() => {
      other.close();
    });
    await new Promise<void>((resolve) => {
      other.listen(0, '127.0.0.1', resolve);
    });
    const { port } = other.address() as { port: number };
    const data = await temporaryDirectory();
    const { code, stdout, stderr } = await runCommand([
      'serve',
      '--port',
      String(port),
      '--data',
      data,
    ]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expectOneLine(stderr, `port ${port}`, 'in use', '--port');
  });

  it.runIf(process.platform !== 'win32')('is named, when too few files may be open', async () => {
    const limited = ['/bin/sh', '-c', 'ulimit -n 36; exec "$0" "$@"', process.execPath];
    const data = await temporaryDirectory();
    const command = startCommand(['serve', '--port', '0', '--data', data], limited);
    expect(await command.ended).toEqual({ code: 1, signal: null });
    // Where it runs out of them depends on how many Node itself has open.
    expectOneLine(command.stderr(), 'ulimit -n');
  });

  it('is named, when the address is not one of this machine', async () => {
    const refusal = serve({
      port: 0,
      host: '192.0.2.1',
      insecure: true,
      data: await temporaryDirectory(),
    });
    await expect(refusal).rejects.toMatchObject({
      name: 'ListenError',
      message: expect.stringMatching(/192\.0\.2\.1.*--host/),
    });
  });

  it('is named in one line, when another server has the directory, which goes on', async () => {
    const data = await temporaryDirectory();
    const first = await startServer(data);
    await put(first.url, 'a', 'one');
    const { code, stdout, stderr } = await runCommand(['serve', '--port', '0', '--data', data]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expectOneLine(stderr, data, 'another server', '--data');
    await put(first.url, 'b', 'two');
    expect(await (await fetch(entityUrl(first.url, 'a'))).text()).toBe('one');
    expect(await first.end('SIGTERM')).toEqual({ code: 0, signal: null });

    const next = await serveHere(data);
    expect(await (await fetch(entityUrl(next.url, 'b'))).text()).toBe('two');
  });

  it.each(['itself', 'a part of its path'])(
    'is named, when the directory, %s, is a file',
    async (part) => {
      const file = join(await temporaryDirectory(), 'file');
      await writeFile(file, 'mine');
      const data = part === 'itself' ? file : join(file, 'data');
      const refusal = await serve({ port: 0, data }).catch((error: Error) => error);
      for (const words of [data, 'is a file', '--data'])
        expect(refusal).toHaveProperty('message', expect.stringContaining(words));
      expect(await readFile(file, 'utf8')).toBe('mine');
    },
  );
});

describe('a damaged data.mdb', () => {
  let filled: Buffer;
  const removals: (() => Promise<void>)[] = [];

  beforeAll(async () => {
    const data = await temporaryDirectory((remove) => removals.push(remove));
    const server = await serve({ port: 0, data });
    const keys = Array.from({ length: 100 }, (_, n) => `key-${n}`);
    await Promise.all(keys.map((key) => put(server.url, key, 'v'.repeat(1000))));
    await server.close();
    filled = await readFile(join(data, 'data.mdb'));
  });
  afterAll(() => Promise.all(removals.map((remove) => remove())));

  const damages: Record<string, (file: string) => Promise<void>> = {
    'is text': (file) => writeFile(file, 'some other text\n'.repeat(1000)),
    'is one byte long': (file) => writeFile(file, 'x'),
    'is cut after its third page': (file) => truncate(file, 3 * 4096),
    'is cut after its first page': (file) => truncate(file, 4096),
    'has a first page of zeroes': (file) => overwrite(file, 0, Buffer.alloc(4096)),
    'has a second page of noise': (file) => overwrite(file, 4096, Buffer.alloc(4096, 'noise')),
    'has pages of zeroes behind its two first ones': async (file) =>
      overwrite(file, 8192, Buffer.alloc((await readFile(file)).length - 8192)),
  };

  async function overwrite(file: string, position: number, bytes: Buffer): Promise<void> {
    const handle = await open(file, 'r+');
    await handle.write(bytes, 0, bytes.length, position);
    await handle.close();
  }

  it.each(Object.keys(damages))(
    'that %s is refused by its name, and left as it is',
    async (name) => {
      const data = await temporaryDirectory();
      const file = join(data, 'data.mdb');
      await writeFile(file, filled);
      await damages[name]?.(file);
      const before = await readFile(file);
      const refusal = await serve({ port: 0, data }).catch((error: Error) => error);
      for (const part of [file, 'damaged', 'backup', '--data'])
        expect(refusal).toHaveProperty('message', expect.stringContaining(part));
      expect(before.equals(await readFile(file))).toBe(true);
    },
  );

  it('ends the command in one line with exit code 1', async () => {
    const data = await temporaryDirectory();
    await writeFile(join(data, 'data.mdb'), filled.subarray(0, 4096));
    const { code, stdout, stderr } = await runCommand(['serve', '--port', '0', '--data', data]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expectOneLine(stderr, join(data, 'data.mdb'), 'damaged');
  });

  it('that is a directory is refused', async () => {
    const data = await temporaryDirectory();
    await mkdir(join(data, 'data.mdb'));
    await expect(serve({ port: 0, data })).rejects.toThrow(join(data, 'data.mdb'));
  });

  it('does not keep a server from its directory once it is gone', async () => {
    const data = await temporaryDirectory();
    await writeFile(join(data, 'data.mdb'), 'x');
    await expect(serve({ port: 0, data })).rejects.toThrow('damaged');
    await rm(join(data, 'data.mdb'));
    await put((await serveHere(data)).url, 'a', 'one');
  });
});
