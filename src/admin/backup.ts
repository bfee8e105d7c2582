/**
 * Backups over the admin port: the server streams one, and whoever asks decides where it goes. No
 * request names a file of the server.
 */
import type { ServerResponse } from 'node:http';
import { contentFields } from '../server/api/content-fields.js';
import { problemOf } from '../server/api/problem.js';
import { BackupError } from '../store/backup/backup-error.js';
import type { StartBackup } from '../store/backup/start-backup.js';

/** POST takes a backup. */
export const backupPath = '/backup';

type Refuse = (response: ServerResponse, status: number, detail: string) => void;

/**
 * Responds with a backup. If it is given up, its last block says why (backup-format.ts), or the
 * connection breaks.
 * @param start undefined: the store makes none
 */
export async function sendBackup(
  start: StartBackup | undefined,
  response: ServerResponse,
  refuse: Refuse,
): Promise<void> {
  if (start === undefined)
    return refuse(response, 501, "the data are a cluster's: take snapshots of its nodes");
  let pieces: AsyncGenerator<Uint8Array>;
  try {
    pieces = await start();
  } catch (error) {
    return refuse(response, statusOf(error), (error as Error).message);
  }
  response.writeHead(200, {
    ...contentFields('application/octet-stream'),
    'Cache-Control': 'no-store',
  });
  let wake = () => {};
  response.on('drain', () => wake()).on('close', () => wake());
  try {
    for await (const piece of pieces) {
      const hasSpace = response.write(piece);
      if (!hasSpace && !response.destroyed)
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      if (response.destroyed) return;
    }
    response.end();
  } catch {
    // In the middle of a block nothing can be said any more.
    response.destroy();
  }
}

function statusOf(error: unknown): number {
  if (!(error instanceof BackupError)) return problemOf(error).status;
  return error.code === 'busy' ? 409 : 503;
}
