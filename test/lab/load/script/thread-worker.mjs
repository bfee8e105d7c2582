// A worker as in a load run: runs the script's top level, and lets the main thread reach it.
import { parentPort, workerData } from 'node:worker_threads';
import { serveThread } from '#dist/lab/load/script/channel.js';
import { createScriptSource } from '#dist/lab/load/script/create.js';

const source = await createScriptSource(workerData.options);
serveThread(source, workerData.end);
parentPort.on('message', async ({ args, requests }) => {
  if (args !== undefined) await source.init(args);
  const sent = [];
  for (let left = requests ?? 0; left > 0 && !source.stopped; left--) {
    sent.push(Buffer.from(source.next(), 'latin1').toString('latin1'));
    source.onResponse?.(200, { 'X-Token': 't' }, Buffer.from('body'));
  }
  const { stopped, threadAddress: address, ownAddress } = source;
  parentPort.postMessage({ sent, stopped, address, ownAddress });
});
parentPort.postMessage('ready');
