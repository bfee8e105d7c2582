/**
 * `evenkeel serve` with a small journal, so that a checkpoint runs nearly always. Takes the place
 * of Node before the command: see startServer(). With `--mark` it prints a line before it opens the
 * store.
 */
import { parseArgs } from 'node:util';
import { makeLimits } from '#dist/config/limits.js';
import { serveStore } from '#dist/server/server.js';
import { openLmdb } from '#dist/store/lmdb/open-lmdb.js';

const { values } = parseArgs({
  args: process.argv.slice(4),
  options: {
    port: { type: 'string' },
    json: { type: 'boolean' },
    data: { type: 'string' },
    mark: { type: 'boolean' },
  },
});
const limits = makeLimits();
const journal = { maxSegmentBytes: 256 * 1024, maxAgeMs: 200 };
if (values.mark) process.stdout.write('opening\n');
const store = await openLmdb({ directory: values.data, limits, journal });
const { url, close } = await serveStore(store, limits, { port: 0 });
process.stdout.write(`${JSON.stringify({ url, pid: process.pid })}\n`);
process.once('SIGTERM', async () => {
  await close();
  process.exit(0);
});
