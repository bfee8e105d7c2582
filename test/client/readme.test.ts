/** The examples of client/README.md, and of the client in README.md, print what they say. */
import { mkdir, symlink } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { temporaryDirectory } from '../support/directory.js';
import { examplesOf, runExample } from '../support/examples.js';
import { serveHere } from '../support/serve.js';

const client = fileURLToPath(new URL('../../client', import.meta.url));

test.each([['client/README.md', 2]] as const)('%s', async (file, count) => {
  const examples = await examplesOf(file, 'evenkeel-client');
  expect(examples).toHaveLength(count);
  const directory = await temporaryDirectory();
  await mkdir(`${directory}/node_modules`);
  await symlink(client, `${directory}/node_modules/evenkeel-client`);
  const { url } = await serveHere();
  for (const example of examples)
    expect(await runExample(example, url, directory)).toBe(example.output);
});
