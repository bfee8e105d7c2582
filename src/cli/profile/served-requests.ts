/** Counts the requests that a server serves while perf samples its process from outside. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type AdminAddress, statusOver } from '../../lab/profile/attach/admin-client.js';

/**
 * Resolves after the seconds, or when the signal aborts, to the requests of that time. perf begins
 * a moment later, which matters only where the rate changes.
 * @throws ProfileError `admin`
 */
export async function servedRequests(
  admin: AdminAddress,
  seconds: number,
  signal: AbortSignal,
): Promise<number> {
  const { requests } = await statusOver(admin);
  // An aborted wait is an ended one.
  await sleep(seconds * 1000, undefined, { signal }).catch(() => {});
  return (await statusOver(admin)).requests - requests;
}
