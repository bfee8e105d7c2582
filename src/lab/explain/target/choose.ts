/**
 * The process to watch, by its id or by the address of its admin port. All is checked before a
 * process is touched: it must run here, because only the processes of one machine share a clock.
 */
import { lookup } from 'node:dns/promises';
import { readFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { statusOver } from '../../profile/attach/admin-client.js';
import { listenersOf } from '../../profile/attach/proc.js';
import { ProfileError } from '../../profile/profile-errors.js';

/** A process id, or the address of an admin port. */
export type TargetName = { readonly pid: number } | { readonly admin: string };

export interface Load {
  readonly url: string;
  readonly unixSocket?: string;
}

interface Chosen {
  readonly pid: number;
  /** Things to know that do not stop the run. */
  readonly notes: readonly string[];
}

/**
 * @param token for the admin port, if the server takes tokens only
 * @throws ProfileError
 */
export async function chooseTarget(
  target: TargetName,
  load: Load,
  token?: string,
): Promise<Chosen> {
  checkPlatform();
  const { hostname, port, protocol } = new URL(load.url);
  if (load.unixSocket === undefined) await checkIsHere(hostname, 'the server at');
  const pid = 'pid' in target ? target.pid : await pidOf(target.admin, token);
  const wanted = Number(port || (protocol === 'https:' ? 443 : 80));
  const listens = listenersOf(pid)?.own.some((one) => one.port === wanted);
  const strange = load.unixSocket === undefined && listens === false;
  const why = `process ${pid} does not listen on port ${wanted}`;
  return { pid, notes: strange ? [`${why}; is it the one that serves ${hostname}?`] : [] };
}

function checkPlatform(): void {
  try {
    readFileSync('/proc/self/schedstat');
  } catch (cause) {
    const why = 'an explanation needs the figures that Linux keeps of each thread';
    throw new ProfileError('platform', `${why} (/proc/PID/schedstat)`, { cause });
  }
}

async function pidOf(admin: string, token: string | undefined): Promise<number> {
  await checkIsHere(new URL(admin).hostname, 'the admin port at');
  const { pid, profiling } = await statusOver({ url: admin, token });
  if (profiling)
    throw new ProfileError('busy', `process ${pid} is being profiled; wait until then`);
  return pid;
}

/** @throws ProfileError `remote`, if the name is not of this machine */
async function checkIsHere(name: string, what: string): Promise<void> {
  const host = name.replace(/^\[(.*)\]$/, '$1');
  const own = Object.values(networkInterfaces()).flatMap((all = []) =>
    all.map(({ address }) => address),
  );
  const addresses = await lookup(host, { all: true }).catch(() => []);
  // A name that does not resolve is refused by whoever connects, in the usual words.
  if (addresses.length === 0) return;
  const isHere = addresses.some(({ address }) => isLoopback(address) || own.includes(address));
  if (isHere) return;
  const where = `${what} ${host} (${addresses[0]?.address}) is on another machine`;
  throw new ProfileError('remote', `${where}, whose clock is not ours; run the load over there`);
}

function isLoopback(address: string): boolean {
  return /^(127\.|::1$|::ffff:127\.|0\.0\.0\.0$|::$)/.test(address);
}
