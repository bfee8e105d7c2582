/** `evenkeel cluster`, and `serve --store`, as far as they need no cluster. */
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { expectOneLine } from '../support/command.js';
import { temporaryDirectory } from '../support/directory.js';
import { complaintsIn, runCommand } from '../support/process.js';

/** A port that nobody listens on. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const store = 'cassandra://10.0.0.1,10.0.0.2/mine?dc=dc7';

test('init --print shows the statements, and sends none', async () => {
  const { code, stdout, stderr } = await runCommand([
    ...['cluster', 'init', '--store', store, '--print'],
    ...['--replication-factor', '5', '--buckets', '256'],
  ]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toContain("{'class': 'NetworkTopologyStrategy', 'dc7': 5};");
  expect(stdout).toContain('CREATE TABLE IF NOT EXISTS mine.entity (bucket int, key blob,');
  expect(stdout).toContain(`VALUES ('schema', '{"version":1,"buckets":256}') IF NOT EXISTS;`);
});

test.each([
  [['cluster'], /cluster takes init or status, got ''/],
  [['cluster', 'drop', '--store', store], /cluster takes init or status, got 'drop'/],
  [['cluster', 'init'], /cluster needs --store/],
  [['cluster', 'init', '--store', './data'], /--store takes a URL such as cassandra:/],
  [['cluster', 'init', '--store', store, '--buckets', '0'], /--buckets takes a whole number/],
  [['cluster', 'status', '--store', store, '--buckets', '1'], /buckets/],
  [['serve', '--store', store, '--cassandra-user', 'me'], /go together; give both/],
  [
    [
      ...['serve', '--store', store, '--cassandra-user', 'me'],
      ...['--cassandra-password-file', '/nowhere/at/all'],
    ],
    /--cassandra-password-file takes a file that may be read/,
  ],
] as const)('%j is refused with exit code 2', async (args, message) => {
  const { code, stdout, stderr } = await runCommand([...args]);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(message);
});

test.each([
  ['cluster init', ['cluster', 'init']],
  ['cluster status', ['cluster', 'status']],
  ['serve', ['serve', '--port', '0']],
] as const)('%s with nodes that nobody can reach ends with one line', async (_, args) => {
  const unreachable = `cassandra://127.0.0.1:${await freePort()}/evenkeel`;
  const { code, stdout, stderr } = await runCommand([...args, '--store', unreachable]);
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expectOneLine(stderr);
  expect(stderr).toMatch(/the cluster at 127\.0\.0\.1:\d+ can't be reached/);
});

test('a wrong location is one line too', async () => {
  const { code, stderr } = await runCommand(['serve', '--store', 'cassandra://a/k?rf=3']);
  expect(code).toBe(1);
  expectOneLine(stderr);
  expect(stderr).toContain('it has no parameter rf; give cassandra://HOST');
});

test('without the driver, serve says how to install it', async () => {
  // A copy of what ships, away from the packages that the tests have.
  const directory = await temporaryDirectory();
  const root = fileURLToPath(new URL('../..', import.meta.url));
  for (const part of ['dist', 'client/dist'])
    cpSync(join(root, part), join(directory, part), { recursive: true });
  cpSync(join(root, 'package.json'), join(directory, 'package.json'));
  mkdirSync(join(directory, 'node_modules'));
  for (const name of readdirSync(join(root, 'node_modules')))
    if (name !== 'cassandra-driver')
      symlinkSync(join(root, 'node_modules', name), join(directory, 'node_modules', name));
  const command = [join(directory, 'dist/cli/main.js'), 'serve', '--port', '0', '--store', store];
  const { code, stderr } = await new Promise<{ code: unknown; stderr: string }>((resolve) => {
    const child = execFile(process.execPath, command, (error, _, text) =>
      resolve({ code: error?.code ?? 0, stderr: text }),
    );
    onTestFinished(() => void child.kill());
  });
  expect(code).toBe(1);
  // Behind the line that tells of the start.
  expect(complaintsIn(stderr)).toBe(
    'evenkeel: a store on Cassandra needs its driver; run: npm install cassandra-driver@4.10\n',
  );
});
