/** Temporary data directories, removed when the test that asked for one is over. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A new directory under the system's temporary one. */
export async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'evenkeel-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}
