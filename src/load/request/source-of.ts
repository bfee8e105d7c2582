/** Picks the source of requests that a run asks for. */
import type { LoadOptions } from '../options.js';
import type { RequestSource } from './source.js';

export async function sourceOf({ url, headers }: LoadOptions, _thread: number): Promise<RequestSource> {
  const { host, pathname, search } = new URL(url);
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  const request = `GET ${pathname}${search} HTTP/1.1\r\nHost: ${host}\r\n${lines}\r\n`;
  return { requestsPerSend: 1, next: () => request };
}
