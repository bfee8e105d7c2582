/** The plain request and what all requests of our own making have in common: their head. */
import { describe, expect, it } from 'vitest';
import { plainSource } from '#dist/lab/load/request/plain.js';
import { loadOptions, parse } from './options.js';

function plain(change: Parameters<typeof loadOptions>[0]): string {
  return String(plainSource(loadOptions(change)).next());
}

describe('the plain request', () => {
  it('is a GET of the URL with path and query, and nothing but a Host', () => {
    expect(plain({ url: 'http://127.0.0.1:8080/a/b?c=d' })).toBe(
      'GET /a/b?c=d HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n\r\n',
    );
  });

  it('asks for / when the URL has no path', () => {
    expect(plain({ url: 'http://localhost:8080' })).toMatch(/^GET \/ HTTP\/1\.1\r\n/);
  });

  it.each([
    ['http://example.org/', 'example.org'],
    ['http://example.org:80/', 'example.org'],
    ['https://example.org:443/', 'example.org'],
    ['https://example.org:8443/', 'example.org:8443'],
    ['http://[::1]:8080/', '[::1]:8080'],
  ])('for %s has the Host %s', (url, host) => {
    expect(plain({ url })).toBe(`GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
  });

  it('has the headers of the options, and their Host instead of its own', () => {
    const headers = [
      ['X-One', '1'],
      ['host', 'elsewhere'],
    ] as const;
    expect(plain({ headers })).toBe('GET / HTTP/1.1\r\nX-One: 1\r\nhost: elsewhere\r\n\r\n');
  });

  it('writes what is not ASCII in a header as its UTF-8 bytes', () => {
    expect(plain({ headers: [['X-Name', 'Zoë']] })).toContain('X-Name: Zo\xc3\xab\r\n');
  });
});

describe('requests without a script', () => {
  const from = (change: Parameters<typeof loadOptions>[0], thread = 0) => {
    const source = plainSource(loadOptions(change), thread);
    return Array.from({ length: 3 }, () => parse(source.next()));
  };

  it('ask for the path as it was given, but for what may not stand in a target', () => {
    expect(plain({ url: 'http://a/b/../c/%2e%2e//d' })).toContain('GET /b/../c/%2e%2e//d HTTP');
    expect(plain({ url: 'http://a?b=Zoë{}#c' })).toContain('GET /?b=Zo%C3%AB{} HTTP');
  });

  it.each([
    ['GET', undefined, undefined, []],
    ['POST', undefined, '', ['Content-Length: 0']],
    ['DELETE', undefined, undefined, []],
    [undefined, 'hé', 'h\xc3\xa9', ['Content-Length: 3']],
    ['GET', 'x', 'x', ['Content-Length: 1']],
  ])('have the method %s and the content %s', (method, text, body = '', fields) => {
    const content = text === undefined ? {} : { content: Buffer.from(text) };
    const [request] = from({ work: { kind: 'plain', ...(method && { method }), ...content } });
    expect(request).toMatchObject({
      ...{ method: method ?? 'POST', path: '/', body },
      fields: ['Host: 127.0.0.1:8080', ...fields],
    });
  });

  it('send large content as it is', () => {
    const content = Buffer.alloc(100_000, 255);
    const source = plainSource(loadOptions({ work: { kind: 'plain', content } }));
    const request = Buffer.from(source.next() as Uint8Array);
    expect(request.subarray(-content.length)).toEqual(content);
    expect(request.subarray(0, -content.length).toString()).toMatch(/\r\n\r\n$/);
  });

  it('are taken from a list in turns by all threads together, over and over', () => {
    const list = ['/0', '/1', '/2', '/3'].map((target) => ({ method: 'GET', target }));
    const paths = (thread: number) =>
      from({ threads: 2, work: { kind: 'plain', list } }, thread).map(({ path }) => path);
    expect([paths(0), paths(1)]).toEqual([
      ['/0', '/2', '/0'],
      ['/1', '/3', '/1'],
    ]);
  });
});
