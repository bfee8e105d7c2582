/**
 * The claim of a server on a data file, in the file itself. LMDB's lock is a file next to the data:
 * it says nothing if it was deleted, if the data has a second name elsewhere, or if two containers
 * give their servers the same process id. The claim goes wherever the data goes.
 *
 * It lies in page 0, behind LMDB's meta page, in a sector that LMDB never reads or writes. It is
 * not synced: after a loss of power no server is alive. A server that was killed leaves its claim;
 * who comes next sees that the process is gone. Where it can't see that, in another container, it
 * waits whether the claim still changes: a server that lives writes it each second.
 */
import type { FileHandle } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Holder, isAlive, thisProcess } from './holder.js';

export interface Claim extends Holder {
  /** The number of the file that was claimed; a copy of it has another. */
  readonly inode: number;
  /** Names one opening of a store. */
  readonly token: string;
  /** Counted up while the holder lives. */
  readonly beat: number;
}

const offset = 1024;
const claimBytes = 512;
const mark = 'evenkeel-claim ';
/** How often a live holder counts up. */
export const beatMs = 1000;
const silentMs = 2500;
const lookMs = 100;
/** A file that nobody has written for so long has no live holder. */
const restMs = 5 * beatMs;

/** The claims that this process holds. */
const held = new Set<string>();

/** The claim in the file, or undefined. Bytes that are not a claim are none. */
export async function readClaim(file: FileHandle): Promise<Claim | undefined> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(claimBytes), 0, claimBytes, offset);
  const text = buffer.toString('utf8', 0, bytesRead);
  if (!text.startsWith(mark)) return undefined;
  try {
    return JSON.parse(text.slice(mark.length).replace(/\0+$/, '')) as Claim;
  } catch {
    return undefined;
  }
}

/** Makes the claim, or counts it up. */
export async function writeClaim(file: FileHandle, claim: Claim): Promise<void> {
  const bytes = Buffer.alloc(claimBytes);
  bytes.write(mark + JSON.stringify(claim));
  held.add(claim.token);
  await file.write(bytes, 0, claimBytes, offset);
}

/** Takes the claim back, if the file still has it. */
export async function removeClaim(file: FileHandle, { token }: Claim): Promise<void> {
  held.delete(token);
  if ((await readClaim(file))?.token === token)
    await file.write(Buffer.alloc(claimBytes), 0, claimBytes, offset);
}

/** Whether a server that lives, of this process or another, has claimed the file. */
export async function isClaimed(file: FileHandle): Promise<boolean> {
  const claim = await readClaim(file);
  const { ino, mtimeMs } = await file.stat();
  if (claim === undefined || claim.inode !== ino) return false;
  if (held.has(claim.token)) return true;
  const alive = await isAlive(claim, await thisProcess());
  if (alive !== undefined) return alive;
  if (Date.now() - mtimeMs > restMs) return false;
  for (let waitedMs = 0; waitedMs < silentMs; waitedMs += lookMs) {
    await sleep(lookMs);
    const now = await readClaim(file);
    if (now?.token !== claim.token || now.beat !== claim.beat) return now !== undefined;
  }
  return false;
}
