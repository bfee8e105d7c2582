/** A folder that lasts for a whole test file. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

export function lastingFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'evenkeel-test-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
