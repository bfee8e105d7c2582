/** Connects to a cluster. A failure is told in one line, with what to change. */
import { StoreError } from '../store.js';
import { type ClusterAccess, makeClient } from './client.js';
import { type Client, type Driver, loadDriver } from './driver.js';
import type { ClusterLocation } from './location.js';

export interface Connection {
  readonly driver: Driver;
  readonly client: Client;
}

/** @throws StoreError `unusable` */
export async function connect(
  location: ClusterLocation,
  access: ClusterAccess,
): Promise<Connection> {
  const driver = await loadDriver();
  const client = makeClient(driver, location, access);
  try {
    await client.connect();
    return { driver, client };
  } catch (error) {
    await client.shutdown().catch(() => {});
    throw connectError(error as Error, location);
  }
}

function connectError(cause: Error, { contactPoints, datacenter }: ClusterLocation): StoreError {
  const nodes = contactPoints.join(', ');
  const found = /only found hosts in data centers: \[(.*)\]/.exec(cause.message)?.[1];
  if (found !== undefined)
    return unusable(
      `the cluster has no datacentre ${datacenter}; it has ${found}: give one with ?dc=NAME`,
      cause,
    );
  const inner = Object.values((cause as { innerErrors?: Record<string, Error> }).innerErrors ?? {});
  const [first = cause] = inner;
  if (inner.some(({ name }) => name === 'AuthenticationError'))
    return unusable(
      `the cluster at ${nodes} refuses the user: ${first.message}; ` +
        'check --cassandra-user and --cassandra-password-file',
      cause,
    );
  return unusable(`the cluster at ${nodes} can't be reached: ${first.message}`, cause);
}

export function unusable(message: string, cause?: unknown): StoreError {
  return new StoreError('unusable', message, { cause });
}
