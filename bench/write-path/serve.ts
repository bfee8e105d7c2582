/**
 * A store of the comparison behind the server's lanes, in a process of its own: `serve.js VARIANT FOLDER`. Says where it listens in a line of
 * JSON, and ends on SIGTERM.
 */
import { makeLimits } from '#dist/limits.js';
import { serveStore } from '#dist/server/server.js';
import { openVariant } from './variants.js';

const [variant = '', folder = ''] = process.argv.slice(2);
const { store } = await openVariant(variant, folder);
const server = await serveStore(store, makeLimits(), { port: 0 });
process.stdout.write(`${JSON.stringify({ url: server.url })}\n`);
process.once('SIGTERM', () => void server.close());
