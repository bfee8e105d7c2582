/** A client of the driver, with settings that meet a dead or hanging node in little time. */

import type { Client, Driver } from './driver.js';
import type { ClusterLocation } from './location.js';

/** The user that opens the cluster, and the authority that the nodes are trusted by. */
export interface ClusterAccess {
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  /** PEM. Given: connections are TLS, and the nodes' certificates are of this authority. */
  readonly ca?: string | undefined;
}

/** A statement without a response after this is sent to another node too, in ms. */
export const speculativeDelayMs = 150;
/** Longer than a node waits for others (2 s by default), so that its own response comes first. */
const readTimeoutMs = 2500;

export function makeClient(
  driver: Driver,
  { contactPoints, datacenter }: ClusterLocation,
  { user, password, ca }: ClusterAccess,
): Client {
  const { reconnection, speculativeExecution } = driver.policies;
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
      defunctReadTimeoutThreshold: 8,
    },
    policies: {
      reconnection: new reconnection.ExponentialReconnectionPolicy(200, 2000, true),
      speculativeExecution: new speculativeExecution.ConstantSpeculativeExecutionPolicy(
        speculativeDelayMs,
        1,
      ),
    },
  });
}
