/** The server of a report has a session of its own; its place among sessions is that of the report's. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { sessionNice, shareSessionNice } from '#dist/lab/report/session.js';

/** Run in a session of its own: that of the tests is not to be moved. */
const script = `
  import { spawn } from 'node:child_process';
  import { readFileSync, writeFileSync } from 'node:fs';
  import { sessionNice, shareSessionNice } from '${import.meta.resolve('#dist/report/session.js')}';
  writeFileSync('/proc/self/autogroup', '7');
  const child = spawn('sleep', ['60'], { detached: true });
  const session = () => readFileSync('/proc/' + child.pid + '/autogroup', 'latin1');
  const before = session();
  shareSessionNice(child.pid);
  process.stdout.write(JSON.stringify({ own: sessionNice(), before, after: session() }));
  child.kill();
`;

test('a child in another session goes where its parent goes', async () => {
  if (!existsSync('/proc/self/autogroup')) {
    expect(sessionNice()).toBeUndefined();
    expect(() => shareSessionNice(process.pid)).not.toThrow();
    return;
  }
  const parent = spawn(process.execPath, ['--input-type=module', '-e', script], { detached: true });
  let text = '';
  parent.stdout.setEncoding('utf8').on('data', (more: string) => {
    text += more;
  });
  await once(parent, 'close');
  const { own, before, after } = JSON.parse(text);
  expect(own).toBe(7);
  expect(before).toMatch(/nice 0$/m);
  expect(after).toMatch(/nice 7$/m);
});
