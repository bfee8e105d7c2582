/** A directory that lasts for a whole test file. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

export function lastingDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'evenkeel-test-'));
  afterAll(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}
