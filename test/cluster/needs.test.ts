/** The tool that starts a cluster says in one line what is missing or in the way. */
import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { temporaryDirectory } from '../support/directory.js';
import { logFile } from './nodes/places.js';
import { requirePort } from './nodes/ports.js';
import { findJavaHome, missingOf } from './nodes/programs.js';
import { untilReady } from './nodes/readiness.js';

test('the Java that is taken is a 17, whatever its directory and its neighbours', async () => {
  const directory = await temporaryDirectory();
  const java = (name: string, version: string) => {
    const file = join(directory, name, 'bin/java');
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `#!/bin/sh\necho 'openjdk version "${version}" 2025-04-15' >&2\n`);
    chmodSync(file, 0o755);
    return file;
  };
  const [newest, oldest] = [java('java-17', '25.0.3'), java('java-8', '1.8.0_452')];
  expect(findJavaHome([newest, join(directory, 'none/bin/java'), oldest])).toBeUndefined();
  expect(findJavaHome([newest, java('lts', '17.0.15'), oldest])).toBe(join(directory, 'lts'));
});

test('what is missing is named with its package, and Maven only while there are no jars', () => {
  const javaHome = undefined;
  const maven = undefined;
  expect(missingOf({ javaHome, maven, hasJars: false })).toEqual([
    expect.stringContaining('apt-get install openjdk-17-jdk-headless'),
    expect.stringContaining('apt-get install maven'),
  ]);
  expect(missingOf({ javaHome, maven, hasJars: true })).toHaveLength(1);
  expect(missingOf({ javaHome: '/java', maven, hasJars: true })).toEqual([]);
});

test('a port in use is named', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await expect(requirePort('127.0.0.1', port)).rejects.toThrow(
    `port ${port} of 127.0.0.1 is in use`,
  );
  server.close();
  await requirePort('127.0.0.1', port);
});

test('a node that ends before it is ready is named with the end of its log', async () => {
  const node = 9;
  mkdirSync(dirname(logFile(node)));
  onTestFinished(() => rmSync(dirname(logFile(node)), { recursive: true }));
  writeFileSync(
    logFile(node),
    `first\n${'line\n'.repeat(14)}Invalid yaml\n${'\tat Some.method\n'.repeat(20)}`,
  );
  const wait = untilReady({ numbers: [node], grade: 'whole', nodes: 3 });
  const message = await wait.catch((error: Error) => error.message);
  expect(message).toMatch(/^node 9 ended; the end of its log, \S+:\n(line\n){14}Invalid yaml$/);
});
