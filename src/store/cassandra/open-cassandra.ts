/** Opens the store on a cluster: connects, checks the keyspace, puts the parts together. */
import { type Limits, makeLimits } from '../../config/limits.js';
import type { Store, StoreError } from '../store.js';
import { CassandraStore } from './cassandra-store.js';
import { ChunkSweeper } from './chunk-sweeper.js';
import { Chunks } from './chunks.js';
import type { ClusterAccess } from './client.js';
import { commitLogWarning, readCommitLogs } from './commit-log.js';
import { connect } from './connect.js';
import { GatheredWrites } from './gathered-writes.js';
import { readKeyspace } from './keyspace.js';
import { Levels } from './levels.js';
import { Loading } from './loading.js';
import { parseLocation } from './location.js';
import { Points } from './points.js';
import { Requests } from './requests.js';
import { Statements } from './statements.js';
import { StatusProbe } from './status-probe.js';
import { Turns } from './turns.js';
import { type Clocks, VersionClock } from './version-clock.js';
import { WritesUnderWay } from './writes-under-way.js';

export interface CassandraOptions {
  /** As location.ts says. */
  readonly location: string;
  readonly access?: ClusterAccess;
  readonly limits?: Limits;
  /** Milliseconds since 1970, for expiry. Default: the system's clock. */
  readonly now?: () => number;
  /** For versions. */
  readonly clocks?: Clocks;
  /** From one walk over the chunks to the next, in ms. */
  readonly sweepIntervalMs?: number;
  /** A writer of chunks may take so long, in ms. */
  readonly chunkWriterMs?: number;
  /** Called each time that no quorum can be reached any more. */
  readonly onLost?: (error: StoreError) => void;
  /** Called with what the operator should know of the cluster. */
  readonly onWarning?: (message: string) => void;
}

/** @throws StoreError `unusable` */
export async function openCassandra(options: CassandraOptions): Promise<Store> {
  const { access = {}, limits = makeLimits(), now = Date.now } = options;
  const { sweepIntervalMs = 3_600_000, chunkWriterMs = 600_000 } = options;
  const { onLost = () => {}, onWarning = () => {} } = options;
  const location = parseLocation(options.location);
  const connection = await connect(location, access);
  const { driver, client } = connection;
  try {
    const { replicationFactor, buckets } = await readKeyspace(connection, location);
    const warning = commitLogWarning(await readCommitLogs(connection));
    if (warning) onWarning(warning);
    const timeoutMs = limits.replicaTimeoutMs;
    const turns = new Turns(limits.maxQueuedReads + limits.maxQueuedWrites);
    const requests = new Requests({ driver, client, turns, timeoutMs });
    const statements = new Statements(location.keyspace);
    const levels = new Levels(driver, replicationFactor);
    const shared = { requests, statements, levels, buckets };
    const versions = new VersionClock(options.clocks);
    const sweeper = new ChunkSweeper({
      ...shared,
      graceMs: 2 * timeoutMs,
      writerMs: chunkWriterMs,
      intervalMs: sweepIntervalMs,
    });
    const chunks = new Chunks(requests, statements);
    const puts = new GatheredWrites(requests, statements.put);
    const points = new Points({ ...shared, puts, chunks, sweeper, versions, now });
    const probe = new StatusProbe(() => requests.read(statements.probe, [], levels.quorum), onLost);
    return new CassandraStore({
      ...shared,
      replicationFactor,
      versions,
      points,
      loading: new Loading({ ...shared, chunks, versions, now }),
      sweeper,
      probe,
      turns,
      limits,
      writes: new WritesUnderWay(limits),
      now,
      release: async () => {
        await turns.idle();
        await client.shutdown();
      },
    });
  } catch (error) {
    await client.shutdown().catch(() => {});
    throw error;
  }
}
