/** The properties of a keyspace: its replicas, and the schema that was made in it. */
import type { StoreError } from '../store.js';
import { type Connection, unusable } from './connect.js';
import type { ClusterLocation } from './location.js';
import { parseSchema, type Schema, schemaSelection, schemaVersion } from './schema.js';

export interface Keyspace extends Schema {
  readonly replicationFactor: number;
}

/**
 * The keyspace of a location, checked.
 * @throws StoreError `unusable`, with the command to run
 */
export async function readKeyspace(
  connection: Connection,
  location: ClusterLocation,
): Promise<Keyspace> {
  const replicationFactor = await readFactor(connection, location);
  if (replicationFactor === undefined)
    throw missing(location, `the cluster has no keyspace ${location.keyspace}`);
  const schema = await readSchema(connection, location);
  if (schema === undefined)
    throw missing(location, `the keyspace ${location.keyspace} has no tables of Evenkeel`);
  if (schema.version !== schemaVersion)
    throw unusable(
      `the keyspace ${location.keyspace} has schema ${schema.version}, and this Evenkeel reads ` +
        `${schemaVersion}; use the release that made it`,
    );
  return { ...schema, replicationFactor };
}

function missing({ contactPoints, keyspace, datacenter }: ClusterLocation, what: string) {
  const store = `cassandra://${contactPoints.join(',')}/${keyspace}?dc=${datacenter}`;
  return unusable(`${what}; run: evenkeel cluster init --store '${store}'`);
}

/** The replicas of a keyspace; undefined: it does not exist. @throws StoreError */
export async function readFactor(
  { client, driver }: Connection,
  { keyspace, datacenter }: ClusterLocation,
): Promise<number | undefined> {
  const { rows } = await client.execute(
    'SELECT replication FROM system_schema.keyspaces WHERE keyspace_name = ?',
    [keyspace],
    { consistency: driver.types.consistencies.localOne },
  );
  const replication = rows[0]?.get('replication') as Readonly<Record<string, string>> | undefined;
  if (!replication) return undefined;
  const { class: strategy = '', ...factors } = replication;
  const isSimple = strategy.endsWith('.SimpleStrategy');
  if (!isSimple) {
    const centres = Object.keys(factors).filter((name) => factors[name] !== '0');
    if (centres.length !== 1 || centres[0] !== datacenter)
      throw wrongCentres(keyspace, datacenter, centres);
  }
  const text = factors[isSimple ? 'replication_factor' : datacenter] ?? '';
  const factor = /^[0-9]{1,4}$/.test(text) ? Number(text) : 0;
  if (factor >= 1) return factor;
  throw unusable(
    `the keyspace ${keyspace} has the replication factor '${text}', and Evenkeel needs a whole ` +
      'number from 1; change it with ALTER KEYSPACE',
  );
}

function wrongCentres(
  keyspace: string,
  datacenter: string,
  centres: readonly string[],
): StoreError {
  return unusable(
    centres.length === 1
      ? `the keyspace ${keyspace} is in the datacentre ${centres[0]}, not in ${datacenter}; ` +
          `give ?dc=${centres[0]}`
      : `the keyspace ${keyspace} is in the datacentres ${centres.join(', ')}, and Evenkeel ` +
          'keeps its promises in one; use a keyspace of one datacentre',
  );
}

/** Undefined: its tables are missing, or not all are made. */
export async function readSchema(
  { client, driver }: Connection,
  { keyspace }: ClusterLocation,
): Promise<Schema | undefined> {
  const { localOne, quorum } = driver.types.consistencies;
  const isMade = await client.execute(
    "SELECT table_name FROM system_schema.tables WHERE keyspace_name = ? AND table_name = 'meta'",
    [keyspace],
    { consistency: localOne },
  );
  if (isMade.rows.length === 0) return undefined;
  // It never changes, so what one replica has is right. A new replica may not have it yet.
  for (const consistency of [localOne, quorum]) {
    const { rows } = await client.execute(schemaSelection(keyspace), [], { consistency });
    const value: unknown = rows[0]?.get('value');
    if (typeof value === 'string') return parseSchema(value);
  }
  return undefined;
}
