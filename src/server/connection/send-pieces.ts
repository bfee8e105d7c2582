/** Sends large content between other work. */
import { pieceBytes } from '../../config/limits.js';
import type { Allowance } from '../../store/store.js';

/**
 * Resolves when all of the content is with the kernel, or waits for its reader.
 * @param allowance asked for a slice before each piece: rejects when the client is gone
 * @param write resolves when there is room for the next piece, or the client is gone
 */
export async function sendPieces(
  content: Uint8Array,
  allowance: Allowance,
  write: (piece: Uint8Array) => Promise<void> | undefined,
): Promise<void> {
  for (let at = 0; at < content.length; at += pieceBytes) {
    await allowance.slice();
    await write(content.subarray(at, at + pieceBytes));
  }
}
