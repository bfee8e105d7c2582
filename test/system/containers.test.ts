/** Servers of different containers share a directory: each sees the other, whatever its id is. */
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { expectOneLine, put } from '../support/command.js';
import { temporaryDirectory } from '../support/directory.js';
import { startCommand, startServer } from '../support/process.js';
import { requireMachine } from '../support/requirements.js';

/** Runs a program as process 1 of a namespace of its own, as a container does. */
const contained = ['unshare', '-pf', '--kill-child', '--mount-proc', process.execPath];
const here = [process.execPath];

beforeAll(() => requireMachine({ programs: ['unshare'], root: true }));

it.each([
  ['a container', 'another container', contained, contained],
  ['a container', 'the host', contained, here],
  ['the host', 'a container', here, contained],
])('a directory that %s has open is refused in %s', async (_, __, first, second) => {
  const data = join(await temporaryDirectory(), 'data');
  const holder = startCommand(['serve', '--port', '0', '--json', '--data', data], first);
  const { url } = JSON.parse((await holder.untilPrinted(/^.+\n/))[0]) as { url: string };
  await put(url, 'a', 'one');
  const refused = startCommand(['serve', '--port', '0', '--data', data], second);
  expect(await refused.ended).toMatchObject({ code: 1 });
  expectOneLine(refused.stderr(), data, 'open in another server');
  await put(url, 'b', 'two');
  // unshare takes its child along.
  holder.child.kill('SIGKILL');
  await holder.ended;
  const next = await startServer(data);
  expect(await (await fetch(`${next.url}/v0/entity?id=b`)).text()).toBe('two');
});
