/** Finds out where the connections go, before the run: the name is resolved once, and one address must take a connection. */
import { lookup } from 'node:dns/promises';
import type { Socket } from 'node:net';
import { TargetError } from './errors.js';
import { openSocket, type Target } from './generator/target.js';
import type { LoadOptions } from './options.js';

/** @throws TargetError if the name does not resolve, or nothing answers there */
export async function resolveTarget(options: LoadOptions): Promise<Target> {
  const { url, unixSocket, insecure, timeoutMs } = options;
  const { protocol, hostname, port: given } = new URL(url);
  const host = hostname.replace(/^\[|\]$/g, '');
  const port = given === '' ? (protocol === 'https:' ? 443 : 80) : Number(given);
  const tls = protocol === 'https:' ? { serverName: host, insecure } : undefined;
  const addresses = unixSocket === undefined ? await addressesOf(host) : [''];
  const failures: string[] = [];
  for (const address of addresses) {
    const target = { host: address, port, unixSocket, tls };
    const failure = await tryConnect(target, timeoutMs);
    if (failure === undefined) return target;
    if (!failures.includes(failure)) failures.push(failure);
  }
  throw new TargetError(`can't connect to ${unixSocket ?? new URL(url).host}: ${failures.join('; ')}`);
}

async function addressesOf(host: string): Promise<readonly string[]> {
  try {
    return (await lookup(host, { all: true })).map(({ address }) => address);
  } catch (error) {
    throw new TargetError(`can't find the host ${host}: ${(error as Error).message}`);
  }
}

/** Returns what went wrong, or undefined. */
function tryConnect(target: Target, timeoutMs: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const done = (failure?: string) => {
      clearTimeout(timer);
      socket.on('error', () => {}).destroy();
      resolve(failure);
    };
    const timer = setTimeout(() => done(`no connection within ${timeoutMs} ms`), timeoutMs);
    const socket: Socket = openSocket(
      target,
      () => {},
      () => done(),
    ).on('error', (error) => done(error.message));
  });
}
