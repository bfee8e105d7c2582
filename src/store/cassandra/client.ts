/** A client of the driver, with settings that meet a dead or hanging node in little time. */

import type { policies } from 'cassandra-driver';
import type { Client, Driver } from './driver.js';
import type { ClusterLocation } from './location.js';
import { Statements } from './statements.js';

/** The user that opens the cluster, and the authority that the nodes are trusted by. */
export interface ClusterAccess {
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  /** PEM. Given: connections are TLS, and the nodes' certificates are of this authority. */
  readonly ca?: string | undefined;
}

/** A statement without a response after this is sent to another node too, in ms. */
export const speculativeDelayMs = 150;
/**
 * The same for a chunk. Nodes that are busy with chunks take longer than that, and copies of chunks
 * would double their work.
 */
const chunkDelayMs = 1000;
/**
 * Longer than a node waits for others, so that its own response comes first: 2 s for a write. A
 * read waits 2.5 s for a dead replica before a third one is asked, half of the nodes' timeout,
 * while the node is new to the table. Later it waits as the table says.
 */
const readTimeoutMs = 3000;
/**
 * All that a connection takes: late responses never end one. Where the machines are overloaded,
 * the driver would cut off the last nodes that respond. Heartbeats find those that hang.
 */
const maxLateResponses = 2048;
/** A node that is back is used after that time at the latest, in ms. */
const maxReconnectDelayMs = 1000;

export function makeClient(
  driver: Driver,
  { contactPoints, datacenter, keyspace }: ClusterLocation,
  { user, password, ca }: ClusterAccess,
): Client {
  const { reconnection } = driver.policies;
  return new driver.Client({
    contactPoints: [...contactPoints],
    localDataCenter: datacenter,
    ...(user !== undefined && { credentials: { username: user, password: password ?? '' } }),
    ...(ca !== undefined && { sslOptions: { ca: [ca], rejectUnauthorized: true } }),
    // Every statement carries its timestamp, so a second try of a write is the same write.
    queryOptions: { prepare: true, isIdempotent: true },
    encoding: { useBigIntAsLong: true },
    pooling: { heartBeatInterval: 2000 },
    socketOptions: {
      readTimeout: readTimeoutMs,
      connectTimeout: 1000,
      defunctReadTimeoutThreshold: maxLateResponses,
    },
    policies: {
      reconnection: new reconnection.ExponentialReconnectionPolicy(200, maxReconnectDelayMs, true),
      speculativeExecution: speculation(driver, new Statements(keyspace)),
    },
  });
}

type Speculation = policies.speculativeExecution.SpeculativeExecutionPolicy;

export function speculation(driver: Driver, { putChunk }: Statements): Speculation {
  const { ConstantSpeculativeExecutionPolicy: Constant } = driver.policies.speculativeExecution;
  const ofChunks = new Constant(chunkDelayMs, 1);
  class ByStatement extends Constant {
    override newPlan(...call: Parameters<Speculation['newPlan']>) {
      return call[1] === putChunk ? ofChunks.newPlan(...call) : super.newPlan(...call);
    }
  }
  return new ByStatement(speculativeDelayMs, 1);
}
