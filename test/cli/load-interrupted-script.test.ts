/** A script that never gives the main thread back: a signal ends the process nevertheless. */
import { expect, it } from 'vitest';
import { written } from '../lab/load/script/harness.js';
import { startCommand } from '../support/process.js';
import { startRecording } from '../support/recording-service.js';

it.each([
  ['setup', 'SIGINT'],
  ['done', 'SIGTERM'],
] as const)('a script that loops in %s() is ended by %s', async (hook, signal) => {
  const { url } = await startRecording();
  const file = await written(`function ${hook}() print('looping') while true do end end`);
  const run = startCommand(['load', '-t1', '-c1', '-d200ms', '-R50', '-s', file, url]);
  await run.untilPrinted(/^looping$/m);
  run.child.kill(signal);
  expect(await run.ended).toEqual({ code: null, signal });
});

it('a module whose setup() waits for ever is ended by a signal', async () => {
  const { url } = await startRecording();
  const wait = 'await new Promise(() => setInterval(() => {}, 1e6));';
  const text = `export async function setup() { console.log('waiting'); ${wait} }`;
  const run = startCommand(['load', '-R50', '-s', await written(text, 'waits.mjs'), url]);
  await run.untilPrinted(/^waiting$/m);
  run.child.kill('SIGINT');
  expect(await run.ended).toEqual({ code: null, signal: 'SIGINT' });
});
