/** The `wrk` object of scripts in JavaScript or TypeScript. */
import { parseUrl } from '../address.js';
import type { Body, Headers, Thread, Wrk } from '../author.js';
import type { ScriptThread } from '../channel.js';
import { connects, lookup } from '../resolver.js';

export function createWrk(
  url: string,
  headers: readonly (readonly [name: string, value: string])[],
  thread: ScriptThread | undefined,
): Wrk {
  const { scheme, host, port, path } = parseUrl(url);
  const wrk: Wrk = {
    scheme,
    host,
    port,
    path,
    method: 'GET',
    headers: Object.fromEntries(headers),
    body: undefined,
    thread: thread && scriptView(thread),
    vars: {},
    format: (...parts) => format(wrk, ...parts),
    lookup: (name, service) => lookup(name, service === undefined ? undefined : String(service)),
    connect: connects,
    time_us: () => Math.floor((performance.timeOrigin + performance.now()) * 1000),
  };
  if (hostOf(wrk.headers) === undefined)
    wrk.headers.Host =
      (host.includes(':') ? `[${host}]` : host) + (port === undefined ? '' : `:${port}`);
  return wrk;
}

export function scriptView(thread: ScriptThread): Thread {
  return {
    get addr() {
      return thread.threadAddress;
    },
    set addr(address) {
      thread.threadAddress = address;
    },
    get: (name) => thread.getGlobal(name),
    set: (name, value) => thread.setGlobal(name, structuredClone(value)),
    stop: () => thread.stop(),
  };
}

function format(
  wrk: Wrk,
  method = wrk.method,
  path = wrk.path,
  headers: Headers = wrk.headers,
  body: Body | undefined = wrk.body,
): string | Uint8Array {
  let head = `${method} ${path} HTTP/1.1\r\nHost: ${hostOf(headers) ?? hostOf(wrk.headers)}\r\n`;
  for (const name in headers) {
    const small = name.toLowerCase();
    if (small !== 'host' && small !== 'content-length') head += `${name}: ${headers[name]}\r\n`;
  }
  if (body === undefined) return `${head}\r\n`;
  if (typeof body === 'string')
    return `${head}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
  return Buffer.concat([Buffer.from(`${head}Content-Length: ${body.length}\r\n\r\n`), body]);
}

/** The field counts whatever its case; the default may lie beside one of the script's. */
function hostOf(headers: Headers): string | number | undefined {
  const own = Object.keys(headers).find((name) => name !== 'Host' && /^host$/i.test(name));
  return headers[own ?? 'Host'];
}
