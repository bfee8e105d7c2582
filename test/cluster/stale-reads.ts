/** Finds reads that missed a write which was acknowledged before they began. */

export interface Write {
  readonly key: string;
  readonly value: string;
  readonly beganMs: number;
  /** When it was acknowledged. */
  readonly endedMs: number;
}

export interface Read {
  readonly key: string;
  /** Undefined: there was none. */
  readonly value: string | undefined;
  readonly beganMs: number;
}

/**
 * The reads that returned a value, or none, although a write of their key began after that value
 * was acknowledged, and was acknowledged before they began. Each value is written once.
 */
export function staleReads(writes: readonly Write[], reads: readonly Read[]): Read[] {
  const byKey = grouped(writes);
  return reads.filter(({ key, value, beganMs }) => {
    const ofKey = byKey.get(key) ?? [];
    const seenMs =
      ofKey.find((write) => write.value === value)?.endedMs ?? Number.NEGATIVE_INFINITY;
    return ofKey.some((write) => write.beganMs > seenMs && write.endedMs < beganMs);
  });
}

function grouped(writes: readonly Write[]): Map<string, Write[]> {
  const byKey = new Map<string, Write[]>();
  for (const write of writes) {
    const ofKey = byKey.get(write.key);
    if (ofKey) ofKey.push(write);
    else byKey.set(write.key, [write]);
  }
  return byKey;
}
