/** Temporary data directories, removed when the test that asked for one is over. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/**
 * A new directory under the system's temporary one.
 * @param onOver calls its argument at the end of what needs the directory; a hook passes `afterAll`
 */
export async function temporaryDirectory(
  onOver: (remove: () => Promise<void>) => void = onTestFinished,
): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'evenkeel-'));
  onOver(() => rm(directory, { recursive: true, force: true }));
  return directory;
}
