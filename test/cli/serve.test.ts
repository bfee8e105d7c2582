/** `evenkeel serve` as its user meets it: what it prints, how it ends, and how it refuses. */
import { existsSync } from 'node:fs';
import { mkdir, open, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { temporaryFolder } from '../support/folder.js';
import { entityUrl } from '../support/http.js';
import { runCommand, type ServerProcess, startCommand, startServer, until } from '../support/process.js';
import { RawSocket } from '../support/raw-socket.js';

const { version } = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8'));

async function put(url: string, id: string, value: string): Promise<void> {
  expect((await fetch(entityUrl(url, id), { method: 'PUT', body: value })).status).toBe(201);
}

async function statusOf(url: string): Promise<number> {
  const response = await fetch(`${url}/v0/status`);
  await response.text();
  return response.status;
}

/** Sends the head and the first half of a PUT; on return the server is reading its body. */
async function sendHalfPut(url: string, id: string): Promise<RawSocket> {
  const socket = await RawSocket.connect(url);
  socket.send(
    `PUT /v0/entity?id=${id} HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 10\r\n\r\n`,
  );
  await socket.until('HTTP/1.1 100 ');
  socket.send('first');
  return socket;
}

/** One line that is for the operator: it names the program, and shows no stack. */
function expectOneLine(stderr: string, ...parts: string[]): void {
  expect(stderr).toMatch(/^evenkeel: [^\n]+\n$/);
  expect(stderr).not.toMatch(/\bat .*\.js:\d+/);
  for (const part of parts) expect(stderr).toContain(part);
}

describe('the banner', () => {
  it('has the address, the data folder and a curl line that can be used as it is', async () => {
    const folder = join(await temporaryFolder(), 'data');
    const { child, stdout, stderr, ended, untilPrinted } = startCommand([
      'serve',
      '--port',
      '0',
      '--data',
      folder,
    ]);
    await untilPrinted(/Ctrl-C/);
    expect(stdout()).toMatch(/^Evenkeel \d+\.\d+\.\d+ serves http:\/\/127\.0\.0\.1:\d+\n/);
    expect(stdout()).toContain(`data  ${folder}\n`);
    const [, value, url] =
      /curl -X PUT --data-binary (\w+) '(http:\/\/127\.0\.0\.1:\d+\/v0\/entity\?id=\w+)'\n/.exec(stdout()) ??
      [];
    expect((await fetch(url as string, { method: 'PUT', body: value as string })).status).toBe(201);
    expect(stdout()).toContain(`curl '${url}'\n`);
    expect(await (await fetch(url as string)).text()).toBe(value);

    child.kill('SIGINT');
    expect(await ended).toEqual({ code: 0, signal: null });
    expect(stdout()).toContain('Stopped; everything acknowledged is on the disk.\n');
    expect(stderr()).toBe('');
  });

  it('is one line of JSON with --json, and nothing is printed after it', async () => {
    const folder = await temporaryFolder();
    const { child, stdout, ended, untilPrinted } = startCommand([
      'serve',
      '--port=0',
      '--json',
      `--data=${folder}`,
    ]);
    const [line] = await untilPrinted(/^.+\n/);
    expect(JSON.parse(line)).toEqual({
      url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      data: folder,
      pid: child.pid,
      version,
    });
    child.kill('SIGTERM');
    await ended;
    expect(stdout()).toBe(line);
  });

  it('goes with a warning on standard error if other machines may reach the address', async () => {
    const { url, stderr, end } = await startServer(await temporaryFolder(), ['--host', '0.0.0.0']);
    expect(await statusOf(`http://127.0.0.1:${new URL(url).port}`)).toBe(200);
    await until('the warning is there', () => stderr() !== '');
    expectOneLine(stderr(), 'warning', '0.0.0.0', 'other machines', 'no authentication');
    await end('SIGTERM');
  });

  it.each(['127.0.0.1', '127.0.0.2', 'localhost'])('goes without a warning on %s', async (host) => {
    const { stderr, end } = await startServer(await temporaryFolder(), ['--host', host]);
    await end('SIGTERM');
    expect(stderr()).toBe('');
  });
});

describe.each([
  { signal: 'SIGTERM', secondCode: 143 },
  { signal: 'SIGINT', secondCode: 130 },
] as const)('$signal', ({ signal, secondCode }) => {
  it('ends an idle server at once with exit code 0, and keeps what it acknowledged', async () => {
    const folder = await temporaryFolder();
    const { url, stderr, end } = await startServer(folder);
    await put(url, 'before', 'kept');
    expect(await end(signal)).toEqual({ code: 0, signal: null });
    expect(stderr()).toBe('');

    const again = await startServer(folder);
    expect(await (await fetch(entityUrl(again.url, 'before'))).text()).toBe('kept');
  });

  it('lets a half-sent PUT finish with 201 while new requests get 503, and then exits with 0', async () => {
    const folder = await temporaryFolder();
    const { url, child, stderr, end } = await startServer(folder);
    const socket = await sendHalfPut(url, 'half');
    const ended = end(signal);
    await until('the status is 503', async () => (await statusOf(url)) === 503);
    const refused = await fetch(entityUrl(url, 'late'), { method: 'PUT', body: 'late' });
    expect(refused.status).toBe(503);
    expect(refused.headers.get('retry-after')).toBe('1');
    expect(child.exitCode).toBeNull();

    socket.send('-last');
    await socket.until('HTTP/1.1 201 ');
    expect(await ended).toEqual({ code: 0, signal: null });
    expect(stderr()).toBe('');

    const again = await startServer(folder);
    expect(await (await fetch(entityUrl(again.url, 'half'))).text()).toBe('first-last');
    expect((await fetch(entityUrl(again.url, 'late'))).status).toBe(404);
  });

  it('ends a draining server at once when it comes a second time', async () => {
    const folder = await temporaryFolder();
    const { url, end } = await startServer(folder);
    await put(url, 'before', 'kept');
    const socket = await sendHalfPut(url, 'half');
    void end(signal);
    await until('the status is 503', async () => (await statusOf(url)) === 503);
    const start = performance.now();
    expect(await end(signal)).toEqual({ code: secondCode, signal: null });
    // The drain alone would take 10 s.
    expect(performance.now() - start).toBeLessThan(5_000);
    await socket.closed;
    expect(socket.received).not.toContain('HTTP/1.1 201');

    const again = await startServer(folder);
    expect(await (await fetch(entityUrl(again.url, 'before'))).text()).toBe('kept');
    expect((await fetch(entityUrl(again.url, 'half'))).status).toBe(404);
  });
});

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
    const { code, stdout, stderr } = await runCommand(['serve', '--port', String(port), '--data', folder]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expectOneLine(stderr, `port ${port}`, 'in use', '--port');
  });

  it('is named in one line with exit code 1, when the address is none of this machine', async () => {
    const folder = await temporaryFolder();
    const { code, stdout, stderr } = await runCommand(['serve', '--host', '192.0.2.1', '--data', folder]);
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
    await Promise.all(Array.from({ length: 100 }, (_, n) => put(url, `key-${n}`, 'v'.repeat(1000))));
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

describe('a wrong command line', () => {
  const sizes = 'a size from 1B to 256MiB';
  it.each([
    { args: ['--port', '65536'], parts: ['--port', 'a whole number from 0 to 65535', "got '65536'"] },
    { args: ['--port', 'http'], parts: ['--port', 'a whole number from 0 to 65535', "got 'http'"] },
    { args: ['--port='], parts: ['--port', 'a whole number from 0 to 65535', "got ''"] },
    { args: ['--port=-1'], parts: ['--port', 'a whole number from 0 to 65535', "got '-1'"] },
    { args: ['--port', '80.5'], parts: ['--port', 'a whole number from 0 to 65535', "got '80.5'"] },
    { args: ['--port', '0x50'], parts: ['--port', 'a whole number from 0 to 65535', "got '0x50'"] },
    { args: ['--max-value', '0'], parts: ['--max-value', sizes, "got '0'"] },
    { args: ['--max-value', '257MiB'], parts: ['--max-value', sizes, "got '257MiB'"] },
    { args: ['--max-value', '1GiB'], parts: ['--max-value', sizes, "got '1GiB'"] },
    { args: ['--max-value', 'big'], parts: ['--max-value', sizes, "got 'big'"] },
    { args: ['--host='], parts: ['--host', 'an address such as 127.0.0.1', "got ''"] },
    { args: ['--data='], parts: ['--data', 'a folder', "got ''"] },
    { args: ['--port', '1', '--port', '2'], parts: ['--port', '2 times', 'once'] },
    { args: ['--prot', '8080'], parts: ["'--prot'"] },
    { args: ['--port'], parts: ['--port'] },
    { args: ['--port', '-1'], parts: ['--port'] },
    { args: ['--json=yes'], parts: ['--json'] },
    { args: ['folder'], parts: ["'folder'"] },
  ])('serve $args is refused with what is wrong and exit code 2, before a folder is made', async (row) => {
    const folder = join(await temporaryFolder(), 'data');
    const data = row.args[0]?.startsWith('--data') ? [] : ['--data', folder];
    const { code, stdout, stderr } = await runCommand(['serve', ...data, ...row.args]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    const [line = '', ...rest] = stderr.split('\n');
    expectOneLine(`${line}\n`, ...row.parts);
    expect(rest).toEqual(["Try 'evenkeel serve --help'.", '']);
    expect(existsSync(folder)).toBe(false);
  });

  it('with an unknown command is refused with exit code 2 and the commands there are', async () => {
    for (const name of ['sevre', 'toString', '__proto__', '--verbose', '']) {
      const { code, stdout, stderr } = await runCommand([name]);
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toContain(`evenkeel: there is no command '${name}'; there is serve`);
    }
  });
});

describe('help', () => {
  it.each([{ args: [] }, { args: ['--help'] }, { args: ['-h'] }, { args: ['help'] }])(
    'of the program is printed for $args with exit code 0',
    async ({ args }) => {
      const { code, stdout, stderr } = await runCommand(args);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toMatch(/^evenkeel: /);
      expect(stdout).toContain('Usage: evenkeel COMMAND [flags]');
      expect(stdout).toMatch(/^ {2}serve +run the key-value server$/m);
    },
  );

  it.each([{ args: ['--help'] }, { args: ['-h'] }, { args: ['--port', 'nonsense', '--help'] }])(
    'of serve is printed for $args with exit code 0, and nothing is started',
    async ({ args }) => {
      const { code, stdout, stderr } = await runCommand(['serve', ...args]);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      for (const flag of ['--port PORT', '--host ADDRESS', '--data DIR', '--max-value SIZE', '--json'])
        expect(stdout).toContain(`\n  ${flag} `);
      for (const fallback of ['(8080)', '(127.0.0.1)', '(./data)', '(16MiB)'])
        expect(stdout).toContain(fallback);
    },
  );

  it.each(['--version', '-v'])(
    'is not needed for %s, which prints the version of the package',
    async (flag) => {
      expect(await runCommand([flag])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
    },
  );
});

describe('--max-value', () => {
  it('is the largest value that is taken', async () => {
    const { url } = await startServer(await temporaryFolder(), ['--max-value', '4KiB']);
    const send = async (bytes: number) =>
      (await fetch(entityUrl(url, 'a'), { method: 'PUT', body: Buffer.alloc(bytes) })).status;
    expect(await send(4096)).toBe(201);
    expect(await send(4097)).toBe(413);
  });
});
