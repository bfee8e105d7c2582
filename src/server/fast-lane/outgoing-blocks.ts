/**
 * Memory for the responses of one turn of the event loop: those of all connections stand one behind
 * the other, each connection's in one piece. The kernel takes nearly all of them at once, and then
 * a block serves again. One that the kernel has not taken whole is left to its socket.
 */

/** A connection that does not read can keep a block: as much as its socket's high-water mark. */
const blockBytes = 16 * 1024;
/** Blocks that are kept for the next turn. */
const maxFree = 8;

export class Block {
  readonly bytes = Buffer.allocUnsafeSlow(blockBytes);
  /** Where the free bytes begin. */
  used = 0;
  /** Connections whose responses are in it. */
  holders = 0;
  /** A socket may still read it. */
  isLost = false;
}

let current = new Block();
const free: Block[] = [];

/** A block with so many free bytes, for one more connection. */
export function holdBlock(minBytes: number): Block {
  if (current.used + minBytes > blockBytes) renew();
  current.holders++;
  return current;
}

/** Whether more may be written behind what ends there. */
export function isLastIn(block: Block, end: number): boolean {
  return block === current && block.used === end;
}

/** @param isTaken whether the kernel has all that the connection had in it */
export function releaseBlock(block: Block, isTaken: boolean): void {
  block.holders--;
  if (!isTaken) block.isLost = true;
  if (block.isLost) {
    if (block === current) renew();
  } else if (block.holders === 0) {
    block.used = 0;
    if (block !== current && free.length < maxFree) free.push(block);
  }
}

function renew(): void {
  current = free.pop() ?? new Block();
}
