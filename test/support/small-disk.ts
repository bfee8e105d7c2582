/** A file system of a few MiB, which a test can fill. */
import { execFileSync } from 'node:child_process';
import { rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { temporaryDirectory } from './directory.js';

export interface SmallDisk {
  /** Where a data directory may be made. */
  readonly directory: string;
  readonly freeBytes: () => Promise<number>;
  /** Makes room, by removing a file that took it. */
  readonly makeRoom: () => Promise<void>;
}

export async function smallDisk(mebibytes: number, ballastMebibytes: number): Promise<SmallDisk> {
  const directory = await temporaryDirectory();
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${mebibytes}m`, 'evenkeel-test', directory]);
  onTestFinished(() => {
    execFileSync('umount', ['--lazy', directory]);
  });
  const ballast = join(directory, 'ballast');
  await writeFile(ballast, Buffer.alloc(ballastMebibytes * 1024 ** 2));
  return {
    directory,
    freeBytes: async () => {
      const { bavail, bsize } = await statfs(directory);
      return bavail * bsize;
    },
    makeRoom: () => rm(ballast),
  };
}
