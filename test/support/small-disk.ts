/** A file system of a few MiB, which a test can fill. */
import { execFileSync } from 'node:child_process';
import { rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { temporaryFolder } from './folder.js';

export interface SmallDisk {
  /** Where a data folder may be made. */
  readonly folder: string;
  readonly freeBytes: () => Promise<number>;
  /** Makes room, by removing a file that took it. */
  readonly makeRoom: () => Promise<void>;
}

export async function smallDisk(mebibytes: number, ballastMebibytes: number): Promise<SmallDisk> {
  const folder = await temporaryFolder();
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${mebibytes}m`, 'evenkeel-test', folder]);
  onTestFinished(() => {
    execFileSync('umount', ['--lazy', folder]);
  });
  const ballast = join(folder, 'ballast');
  await writeFile(ballast, Buffer.alloc(ballastMebibytes * 1024 ** 2));
  return {
    folder,
    freeBytes: async () => {
      const { bavail, bsize } = await statfs(folder);
      return bavail * bsize;
    },
    makeRoom: () => rm(ballast),
  };
}
