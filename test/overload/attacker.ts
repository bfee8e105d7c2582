/** The process of one attack. It starts at once, and stops at a message, with its counts. */
import { setMaxListeners } from 'node:events';
import { attacks } from './attacks.js';
import { arrivedMessage } from './helper.js';

const [, , name = '', port = ''] = process.argv;
const attack = attacks[name];
if (attack === undefined) throw new TypeError(`no attack is named ${name}`);
const stop = new AbortController();
setMaxListeners(0, stop.signal);
process.on('message', () => stop.abort());
process.on('disconnect', () => process.exit());
let hasArrived = false;
const counts = await attack({
  port: Number(port),
  signal: stop.signal,
  onArrival: () => {
    if (!hasArrived) process.send?.(arrivedMessage);
    hasArrived = true;
  },
});
process.send?.(counts, () => process.exit());
