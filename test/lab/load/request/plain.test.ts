/** The plain request and what all requests of our own making have in common: their head. */
import { describe, expect, it } from 'vitest';
import { plainSource } from '#dist/lab/load/request/source-of.js';
import { loadOptions } from './options.js';

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
