/** Which partition of the table has a key. */
import { crc32 } from 'node:zlib';

export function bucketOf(key: Uint8Array, buckets: number): number {
  return crc32(key) % buckets;
}
