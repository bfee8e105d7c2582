/** Temporary data folders, removed when the test that asked for one is over. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A new folder under the system's temporary one. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'evenkeel-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}
