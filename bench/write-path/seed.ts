/** The folder every cell begins with: entities put in order of their keys, so its pages are full. Copies of it are on the disk before a run. */
import { closeSync, copyFileSync, fdatasyncSync, fstatSync, openSync, writeSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { formatKey } from '#dist/load/request/keys.js';
import { dataFile } from '#dist/store/embedded/environment.js';
import { openEmbedded } from '#dist/store/embedded/open.js';

const valueBytes = 100;
const atOnce = 8192;

export async function makeSeed(folder: string, entities: number): Promise<void> {
  const store = await openEmbedded({ folder });
  const value = [Buffer.alloc(valueBytes, 'v')];
  for (let from = 0; from < entities; from += atOnce) {
    const count = Math.min(atOnce, entities - from);
    await Promise.all(
      Array.from({ length: count }, (_, n) => store.put(Buffer.from(formatKey(from + n)), value)),
    );
  }
  await store.close();
}

/** @param grownBytes zeros to put behind what LMDB uses */
export async function copySeed(seed: string, folder: string, grownBytes = 0): Promise<void> {
  await mkdir(folder, { recursive: true });
  copyFileSync(dataFile(seed), join(folder, 'data.mdb'));
  const file = openSync(join(folder, 'data.mdb'), 'r+');
  try {
    if (grownBytes > 0) writeSync(file, Buffer.alloc(grownBytes), 0, grownBytes, fstatSync(file).size);
    fdatasyncSync(file);
  } finally {
    closeSync(file);
  }
}
