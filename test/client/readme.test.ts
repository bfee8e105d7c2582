/** The examples of the documents that show the client, as a user runs them. */
import { mkdir, symlink } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { temporaryDirectory } from '../support/directory.js';
import { examplesOf, runExample } from '../support/examples.js';
import { serveHere } from '../support/serve.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

test.each([
  ['client/README.md', 3],
  ['README.md', 1],
] as const)('the examples of %s print what they say', async (file, count) => {
  const examples = await examplesOf(file, 'evenkeel-client');
  expect(examples).toHaveLength(count);
  const directory = await temporaryDirectory();
  await mkdir(`${directory}/node_modules`);
  await symlink(root, `${directory}/node_modules/evenkeel`);
  await symlink(`${root}client`, `${directory}/node_modules/evenkeel-client`);
  const { url } = await serveHere();
  for (const example of examples)
    expect(await runExample(example, url, directory)).toBe(example.output);
});
