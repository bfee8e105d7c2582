/** How `evenkeel serve` refuses to start: one clear line, an exit code, and nothing touched. */
import { mkdir, open, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { expectOneLine, put } from '../support/command.js';
import { temporaryFolder } from '../support/folder.js';
import { entityUrl } from '../support/http.js';
import { runCommand, type ServerProcess, startServer } from '../support/process.js';

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
    const folder = await temporaryFolder();
    const { code, stdout, stderr } = await runCommand([
      'serve',
      '--port',
      String(port),
      '--data',
      folder,
    ]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expectOneLine(stderr, `port ${port}`, 'in use', '--port');
  });

  it('is named in one line with exit code 1, when the address is none of this machine', async () => {
    const folder = await temporaryFolder();
    const { code, stdout, stderr } = await runCommand([
      'serve',
      '--host',
      '192.0.2.1',
      '--data',
      folder,
    ]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expectOneLine(stderr, '192.0.2.1', '--host');
  });

  it('is named in one line with exit code 1, when another server has the folder, which goes on', async () => {
    const folder = await temporaryFolder();
    const first = await startServer(folder);
    await put(first.url, 'a', 'one');
    for (let attempt = 0; attempt < 3; attempt++) {
      const { code, stdout, stderr } = await runCommand(['serve', '--port', '0', '--data', folder]);
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expectOneLine(stderr, folder, 'another server', '--data');
    }
    await put(first.url, 'b', 'two');
    expect(await (await fetch(entityUrl(first.url, 'a'))).text()).toBe('one');
    expect(await first.end('SIGTERM')).toEqual({ code: 0, signal: null });

    const next = await startServer(folder);
    expect(await (await fetch(entityUrl(next.url, 'b'))).text()).toBe('two');
  });

  it.each(['itself', 'a part of its path'])(
    'is named in one line with exit code 1, when the folder, %s, is a file',
    async (part) => {
      const file = join(await temporaryFolder(), 'file');
      await writeFile(file, 'mine');
      const folder = part === 'itself' ? file : join(file, 'data');
      const { code, stdout, stderr } = await runCommand(['serve', '--port', '0', '--data', folder]);
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expectOneLine(stderr, folder, 'is a file', '--data');
      expect(await readFile(file, 'utf8')).toBe('mine');
    },
  );
});

describe('a damaged data.mdb', () => {
  async function fill(folder: string): Promise<void> {
    const { url, end } = await startServer(folder);
    await Promise.all(
      Array.from({ length: 100 }, (_, n) => put(url, `key-${n}`, 'v'.repeat(1000))),
    );
    await end('SIGTERM');
  }

  const damages: Record<string, (file: string) => Promise<void>> = {
    'is text': (file) => writeFile(file, 'this is no database\n'.repeat(1000)),
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
    'that %s is named in one line with exit code 1, and left as it is',
    async (name) => {
      const folder = await temporaryFolder();
      await fill(folder);
      const file = join(folder, 'data.mdb');
      await damages[name]?.(file);
      const before = await readFile(file);
      const { code, stdout, stderr } = await runCommand(['serve', '--port', '0', '--data', folder]);
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expectOneLine(stderr, file, 'damaged', 'backup', '--data');
      expect(before.equals(await readFile(file))).toBe(true);
    },
  );

  it('that is a folder is refused in one line with exit code 1', async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, 'data.mdb'));
    const { code, stdout, stderr } = await runCommand(['serve', '--port', '0', '--data', folder]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expectOneLine(stderr, join(folder, 'data.mdb'));
  });

  it('does not stop a server in another folder, nor in its own once it is gone', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'data.mdb'), 'x');
    expect((await runCommand(['serve', '--port', '0', '--data', folder])).code).toBe(1);
    await rm(join(folder, 'data.mdb'));
    const server: ServerProcess = await startServer(folder);
    await put(server.url, 'a', 'one');
  });
});
