/** Finds out where the connections go: the name is resolved once, and one of its addresses must take a connection. */
import { lookup } from 'node:dns/promises';
import type { Socket } from 'node:net';
import { TargetError } from '../load-errors.js';
import type { LoadOptions } from '../load-options.js';
import { openSocket, type Target } from './target.js';

/** Where the URL's host may be, in the system's order; opens no socket. @throws TargetError if the name does not resolve */
export async function resolveTargets({
  url,
  unixSocket,
  insecure,
}: LoadOptions): Promise<readonly Target[]> {
  const { protocol, hostname, port: given } = new URL(url);
  const host = hostname.replace(/^\[|\]$/g, '');
  const port = given === '' ? (protocol === 'https:' ? 443 : 80) : Number(given);
  const tls = protocol === 'https:' ? { serverName: host, insecure } : undefined;
  if (unixSocket !== undefined) return [{ host, port, unixSocket, tls }];
  try {
    return (await lookup(host, { all: true })).map(({ address }) => ({ host: address, port, tls }));
  } catch (error) {
    throw new TargetError(`can't find the host ${host}: ${(error as Error).message}`);
  }
}

/** The first that takes a connection. @throws TargetError if none does */
export async function firstOpen(
  targets: readonly Target[],
  { url, timeoutMs }: LoadOptions,
): Promise<Target> {
  const failures: string[] = [];
  for (const target of targets) {
    const failure = await tryConnect(target, timeoutMs);
    if (failure === undefined) return target;
    if (!failures.includes(failure)) failures.push(failure);
  }
  const where = targets[0]?.unixSocket ?? new URL(url).host;
  throw new TargetError(`can't connect to ${where}: ${failures.join('; ')}`);
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
    ).on('error', (error) => done(reasonOf(error)));
  });
}

/** OpenSSL's own words are for those who debug OpenSSL. */
function reasonOf(error: Error): string {
  const { library, reason } = error as { library?: string; reason?: string };
  return library === 'SSL routines' ? `no TLS: ${reason}` : error.message;
}
