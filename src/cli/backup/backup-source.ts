/** Where the bytes of a backup come from: a running server, or a directory that none has open. */
import { backupPath } from '../../admin/backup.js';
import { makeLimits } from '../../config/limits.js';
import { openStore } from '../../store/open.js';
import { StoreError } from '../../store/store.js';
import { DataError } from '../data/data-error.js';
import { send, textOf } from '../data/request.js';
import { broken, detailOf } from '../data/server.js';

/** @throws DataError */
export async function* fromServer(
  server: { readonly url: string; readonly token: string | undefined },
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const response = await send(server, backupPath, { method: 'POST', signal });
  const { statusCode = 0, headers } = response;
  if (statusCode !== 200 || headers['content-type'] !== 'application/octet-stream') {
    const said = detailOf(statusCode, await textOf(server.url, response));
    const isOther = statusCode === 200 || said.startsWith('unknown path');
    const detail = isOther ? 'it is not an admin port, as serve --admin-port prints it' : said;
    throw new DataError(`${server.url} refuses with ${statusCode}: ${detail}`);
  }
  try {
    for await (const piece of response) yield piece;
  } catch (error) {
    signal.throwIfAborted();
    throw broken(server.url, error);
  }
}

/** The limit of a running server does not hold here: nobody else uses the store. */
const noLimitMs = 2 ** 31 - 1;

/** @throws StoreError; BackupError */
export async function* fromDirectory(directory: string): AsyncGenerator<Uint8Array> {
  const limits = makeLimits({ backupMs: noLimitMs });
  const store = await openStore(directory, limits, { mustExist: true }).catch((error: unknown) => {
    if (!(error instanceof StoreError) || error.code !== 'in-use') throw error;
    const hint = 'give --url, its admin port, instead';
    throw new StoreError('in-use', `the data directory ${directory} is open in a server; ${hint}`);
  });
  try {
    if (!store.backup) throw new DataError(`${directory} is not a data directory`);
    yield* await store.backup({ isAlone: true });
  } finally {
    await store.close();
  }
}
