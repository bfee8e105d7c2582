/** The `wrk` table: the URL's parts, format, lookup, connect and the time. */
import { createServer } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createScriptMain } from '#dist/lab/load/script/create.js';
import { readScript } from '#dist/lab/load/script/script-text.js';
import { evaluate, messageParts, nextText, scriptFile, source, written } from './harness.js';

describe('wrk', () => {
  it('has the parts of the URL as they were given, and the headers of -H', async () => {
    const file = await written(
      `parts = { wrk.scheme, wrk.host, wrk.path, wrk.method, wrk.headers['X-A'] } port = wrk.port`,
    );
    const seen = async (url: string) => {
      const made = await source(file, { url, headers: [['X-A', 'b: c']] });
      return [...(made.getGlobal('parts') as Map<number, string>).values(), made.getGlobal('port')];
    };
    expect(await seen('http://h')).toEqual(['http', 'h', '/', 'GET', 'b: c', undefined]);
    expect(await seen('https://u:p@Host:1/a%20b?c=d#e')).toEqual([
      'https',
      'Host',
      '/a%20b?c=d',
      'GET',
      'b: c',
      '1',
    ]);
    expect(await seen('http://[::1]:80?x')).toEqual(['http', '::1', '/?x', 'GET', 'b: c', '80']);
    const six = await source(await written(''), { url: 'http://[::1]:80/' });
    await six.init([]);
    expect(nextText(six)).toContain('Host: [::1]:80\r\n');
  });

  it('formats what it is given, and takes the rest from its fields', async () => {
    const format = (args: string) => evaluate(`wrk.headers.Host = 'h' return wrk.format(${args})`);
    expect(await format('"PUT", "/x"')).toBe('PUT /x HTTP/1.1\r\nHost: h\r\n\r\n');
    expect(messageParts(await format('nil, nil, { A = 1.0, B = true }, 42'))).toEqual({
      line: 'GET /start?q=1 HTTP/1.1',
      headers: ['A: 1', 'B: true', 'Content-Length: 2', 'Host: h'],
      body: '42',
    });
  });

  it('writes Host, and with a body Content-Length, into the headers it is given', async () => {
    const code = `wrk.headers.Host = 'h'
      local t = {} wrk.format(nil, nil, t, 'abc') local n = t['Content-Length']
      wrk.format(nil, nil, t) return t.Host, n, t['Content-Length']`;
    expect(await evaluate(code)).toBe('h 3 nil');
  });

  it('sends Host and Content-Length once, whatever their case', async () => {
    const fields = async (code: string, headers: [string, string][] = []) => {
      const made = await source(await written(code), { headers });
      await made.init([]);
      return messageParts(nextText(made)).headers;
    };
    const own = 'Host: 127.0.0.1:8080';
    expect(await fields('', [['host', 'a']])).toEqual(['Host: a']);
    expect(await fields('wrk.headers.HOST = "b"')).toEqual(['Host: b']);
    expect(await fields('function init() wrk.headers.host = "c" end')).toEqual(['Host: c']);
    expect(await fields(`wrk.body = 'xyz' wrk.headers['content-length'] = 9`)).toEqual([
      'Content-Length: 3',
      own,
    ]);
    expect(
      await fields(
        `function request() return wrk.format(nil, nil, { ['content-LENGTH'] = 0 }) end`,
      ),
    ).toEqual([own, 'content-LENGTH: 0'].sort());
    expect(
      await fields(`function request() return wrk.format(nil, nil, { hOst = 'd' }, 'x') end`),
    ).toEqual(['Content-Length: 1', 'Host: d']);
  });

  it('looks names up and tries connections', async () => {
    const server = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
    onTestFinished(() => {
      server.close();
    });
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as { port: number };
    expect(
      await evaluate(
        `return wrk.lookup('127.0.0.1', ${port})[1], #wrk.lookup('localhost', 'http') > 0`,
      ),
    ).toBe(`127.0.0.1:${port} true`);
    expect(await evaluate(`return wrk.lookup('::1', 'https')[1], wrk.lookup('127.0.0.1')[1]`)).toBe(
      '::1:443 127.0.0.1:0',
    );
    const connect = (to: number) =>
      evaluate(`return wrk.connect(wrk.lookup('127.0.0.1', ${to})[1])`);
    expect([await connect(port), await connect(1)]).toEqual(['true', 'false']);
    const file = scriptFile('address.lua');
    const address = await createScriptMain({
      file,
      text: readScript(file),
      url: `http://127.0.0.1:${port}/`,
      headers: [],
    });
    const thread = await source(file);
    await address.setup(thread);
    await thread.init([]);
    expect(thread.threadAddress).toEqual({ host: '127.0.0.1', port });
    expect(nextText(thread)).toContain(`X-Address: 127.0.0.1:${port}\r\n`);
  });

  it('tells the time in µs, as a number that prints like one of LuaJIT', async () => {
    const got = await evaluate(`return wrk.time_us(), string.format('%d', wrk.time_us())`);
    const [short, long] = got.split(' ');
    expect(short).toMatch(/^\d\.\d+e\+15$/);
    expect(Math.abs(Number(long) / 1000 - Date.now())).toBeLessThan(5000);
  });
});
