/**
 * Every bound of the service in one place: sizes, counts and waits. The bounds that a caller may
 * change are fields of {@link Limits}; the others are constants. The relations that the code relies
 * on are checked when limits are made, so a bad combination never starts.
 */

const KiB = 1024;
const MiB = 1024 * KiB;

/** Longest key, in bytes after percent-decoding. LMDB's own bound with 4 KiB pages is 1 978. */
export const maxKeyBytes = 1 * KiB;
/** Longest time to live, in seconds: 20 years, which is also Cassandra's bound. */
export const maxTtlSeconds = 20 * 365 * 24 * 3600;
export const maxTtlMs = maxTtlSeconds * 1000;
/** Fields kept with a value, as its record holds them, with what parts them, in bytes. */
export const maxFieldsBytes = 2.5 * KiB;
/** Versions that one condition may name. */
export const maxConditionVersions = 1024;
/** Longest line of a batch, in bytes: it takes the event loop a millisecond or two to read one. */
export const maxBatchLineBytes = 1 * MiB;
/** Operations of an atomic batch, and bytes of its keys and values: it is one transaction. */
export const maxAtomicOperations = 1000;
export const maxAtomicBytes = 16 * MiB;
/** Keys that the deletion of a range removes at once, at most. */
export const maxDeletionsPerPage = 256;
/** The share of maxQueuedWrites that deletions of ranges may fill. Those beyond it wait. */
export const rangeDeletionShare = 0.25;
/** Names and values of the metadata that is kept with a value, in bytes, and how many there are. */
export const maxMetaBytes = 1 * KiB;
export const maxMetaFields = 100;
/** Longest Content-Type, and longest Content-Encoding, that is kept with a value, in bytes. */
export const maxKeptFieldBytes = 512;
/** Largest value limit that may be configured, in bytes: a value is held in memory whole. */
export const maxValueLimit = 256 * MiB;
/** Longest line of an import, in bytes: the largest value in base64, with its key and fields. */
export const maxImportLineBytes = Math.ceil(maxValueLimit / 3) * 4 + 64 * KiB;

/** Largest cache that may be configured, in bytes: it is one block of memory. */
export const maxCacheBytes = 1024 * MiB;

/**
 * Content of more bytes is large. It waits for room in memory, and is read, copied and sent in
 * pieces of this size, between other work. It takes the event loop some tens of µs to copy one.
 */
export const pieceBytes = 256 * KiB;

/** Content up to this size, in bytes, is never refused for memory: a refusal is as large. */
export const maxTinyContentBytes = 1 * KiB;
/** Requests of one connection that are served before other connections get their turn. */
export const maxRequestsPerTurn = 16;
/** Pipelined requests of one connection that may wait, however many wait in all. */
export const minPipelined = 16;

/** Node's timers take at most this, and end at once for more. */
const maxTimerMs = 2 ** 31 - 1;

export interface Limits {
  /** Largest value, in bytes. Raising it raises the memory that one request can hold. */
  readonly maxValueBytes: number;
  /** Memory for entities of up to 2 KiB that were read, in bytes; 0: no cache. */
  readonly cacheBytes: number;
  /**
   * Bytes of content, received or being sent, in memory over all connections. Past it content
   * waits, and then gets 503.
   */
  readonly maxContentBytesInMemory: number;
  /** Bytes beyond maxContentBytesInMemory that only contents of up to 256 KiB may take. */
  readonly smallContentReserveBytes: number;
  /** Contents that wait for room in memory; past it, 503. */
  readonly maxQueuedContents: number;
  /** Content waits at most so long for room in memory, in ms; past it, 503. */
  readonly contentQueueMs: number;
  /**
   * Clients must send or take content at this rate at least, over each contentGraceMs. Slower ones
   * get 408, or are cut.
   */
  readonly minContentBytesPerSecond: number;
  /** The time over which minContentBytesPerSecond is measured, in ms. */
  readonly contentGraceMs: number;
  /** Writes waiting for their commit; past it, 503. */
  readonly maxQueuedWrites: number;
  /** Bytes of keys and values waiting for their commit; past it, 503. */
  readonly maxQueuedBytes: number;
  /** Replicas of a cluster must respond within this time, in ms; past it, 504. */
  readonly replicaTimeoutMs: number;
  /** Reads waiting for the disk; past it, 503. */
  readonly maxQueuedReads: number;
  /** Request line and header fields together, in bytes; past it, 431. */
  readonly maxHeaderBytes: number;
  /** Header fields in one request; past it, 431. */
  readonly maxHeaderFields: number;
  /**
   * Open connections. A further one takes the place of the one that is idle longest; while none is
   * idle it gets 503. The descriptors that the process may open can lower it.
   */
  readonly maxConnections: number;
  /** Pipelined requests that wait for an earlier one; past it, the connection is not read. */
  readonly maxPipelined: number;
  /**
   * Pipelined requests that wait, over all connections; past it, connections of which more than 16
   * wait are cut. Each takes some 4 KB.
   */
  readonly maxQueuedRequests: number;
  /** From connecting, or a request's first byte, to its header's end, in ms; past it, 408. */
  readonly headerTimeoutMs: number;
  /** From the first byte of a request to the end of its content, in ms; past it, 408. */
  readonly requestTimeoutMs: number;
  /** A connection without a request is closed after this time, in ms. */
  readonly keepAliveMs: number;
  /**
   * A connection on which nothing moves while a request runs is cut after this time, in ms. Longer
   * than requestTimeoutMs, so that the 408 comes first.
   */
  readonly stallMs: number;
  /** Refused content is read and dropped for at most this long, in ms, so the response arrives. */
  readonly lingerMs: number;
  /** Running requests may take this long to finish once the server is told to stop, in ms. */
  readonly drainMs: number;
  /**
   * Entities and bytes of one page of a range, which a slow reader holds in memory. At least one
   * entity is sent.
   */
  readonly rangePageEntities: number;
  readonly rangePageBytes: number;
  /** A page ends early once reading it has taken this long, in ms: other requests wait for it. */
  readonly rangePageMs: number;
  /**
   * Ranges and contents of more than 256 KiB get this much of a turn of the event loop, all
   * together, in ms. More makes them a little faster, and the tail of all other requests longer.
   */
  readonly bulkTurnMs: number;
  /**
   * A backup of the running server is given up after this time, in ms. While it runs, the data file
   * grows by each page that is written. The file does not shrink again.
   */
  readonly backupMs: number;
}

export const defaultLimits: Limits = {
  maxValueBytes: 16 * MiB,
  cacheBytes: 32 * MiB,
  maxContentBytesInMemory: 256 * MiB,
  smallContentReserveBytes: 16 * MiB,
  maxQueuedContents: 256,
  contentQueueMs: 3000,
  minContentBytesPerSecond: 16 * KiB,
  contentGraceMs: 10_000,
  maxQueuedWrites: 16_384,
  maxQueuedBytes: 64 * MiB,
  replicaTimeoutMs: 5000,
  maxQueuedReads: 4096,
  maxHeaderBytes: 16 * KiB,
  maxHeaderFields: 100,
  maxConnections: 4096,
  maxPipelined: 32,
  maxQueuedRequests: 16_384,
  headerTimeoutMs: 10_000,
  requestTimeoutMs: 60_000,
  keepAliveMs: 65_000,
  stallMs: 90_000,
  lingerMs: 5_000,
  drainMs: 10_000,
  rangePageEntities: 256,
  rangePageBytes: 64 * KiB,
  rangePageMs: 1,
  bulkTurnMs: 1,
  backupMs: 600_000,
};

/**
 * The default limits with some replaced. The queue and the memory for content grow with the value
 * limit unless they are given.
 * @throws TypeError naming the field, if a limit is not a positive integer (or 0, for no cache) or
 *   if two limits contradict each other
 */
export function makeLimits(changes: Partial<Limits> = {}): Limits {
  const maxValueBytes = changes.maxValueBytes ?? defaultLimits.maxValueBytes;
  const maxQueuedBytes = Math.max(defaultLimits.maxQueuedBytes, 2 * maxValueBytes);
  const maxContentBytesInMemory = Math.max(
    defaultLimits.maxContentBytesInMemory,
    2 * maxQueuedBytes,
  );
  const limits: Limits = { ...defaultLimits, maxQueuedBytes, maxContentBytesInMemory, ...changes };

  const maxima: Partial<Limits> = { maxValueBytes: maxValueLimit, cacheBytes: maxCacheBytes };
  for (const [name, value] of Object.entries(limits)) {
    if (!Object.hasOwn(defaultLimits, name))
      throw new TypeError(
        `limits.${name} is not a limit; the limits are ${Object.keys(defaultLimits).join(', ')}`,
      );
    const mayBeZero = name === 'cacheBytes';
    if (!Number.isSafeInteger(value) || value < (mayBeZero ? 0 : 1))
      throw new TypeError(
        `limits.${name} must be a positive whole number${mayBeZero ? ' or 0' : ''}, ` +
          `got ${typeof value === 'number' ? value : JSON.stringify(value)}`,
      );
    if (name.endsWith('Ms') && value > maxTimerMs)
      throw new TypeError(`limits.${name} must be at most ${maxTimerMs} ms, got ${value}`);
    const max = maxima[name as keyof Limits] ?? Number.POSITIVE_INFINITY;
    if (value > max) throw new TypeError(`limits.${name} must be at most ${max}, got ${value}`);
  }
  const atMost = (small: number, large: keyof Limits, why: string) => {
    if (small > limits[large])
      throw new TypeError(
        `limits.${large} must be at least ${small} (${why}), got ${limits[large]}`,
      );
  };
  atMost(3 * maxKeyBytes + KiB, 'maxHeaderBytes', 'the longest key, percent-encoded');
  atMost(limits.maxValueBytes + maxKeyBytes, 'maxQueuedBytes', 'the largest value and its key');
  atMost(limits.maxValueBytes, 'maxContentBytesInMemory', 'the largest value');
  atMost(limits.headerTimeoutMs, 'requestTimeoutMs', 'the header is part of the request');
  atMost(limits.requestTimeoutMs, 'stallMs', 'a late request gets a 408 first');
  return limits;
}
