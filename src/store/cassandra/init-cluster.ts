/** Makes the keyspace and its tables, once. A second call changes nothing. */
import type { ClusterAccess } from './client.js';
import { connect, unusable } from './connect.js';
import { type Keyspace, readFactor, readKeyspace, readSchema } from './keyspace.js';
import { parseLocation } from './location.js';
import { type SchemaOptions, schemaInsertion, schemaStatements } from './schema.js';

export interface InitOptions {
  readonly location: string;
  readonly access: ClusterAccess;
  /** Undefined: as it is, or 3. */
  readonly replicationFactor: number | undefined;
  /** Undefined: as they are, or 64. */
  readonly buckets: number | undefined;
}

const defaultFactor = 3;
const defaultBuckets = 64;

/** The statements that {@link initCluster} sends to a new cluster. */
export function initStatements(options: Omit<InitOptions, 'access'>): string[] {
  const { keyspace, datacenter } = parseLocation(options.location);
  const { replicationFactor = defaultFactor, buckets = defaultBuckets } = options;
  const schema: SchemaOptions = { keyspace, datacenter, replicationFactor, buckets };
  return [...schemaStatements(schema), schemaInsertion(schema)];
}

/** For one statement. */
const schemaTimeoutMs = 30_000;

/**
 * The keyspace as it is now, and whether it was made.
 * @throws StoreError `unusable`: the cluster can't be reached, or has another factor or buckets
 */
export async function initCluster(
  options: InitOptions,
): Promise<{ keyspace: Keyspace; isNew: boolean }> {
  const location = parseLocation(options.location);
  const connection = await connect(location, options.access);
  const { client, driver } = connection;
  try {
    const factor = await readFactor(connection, location);
    mustBeAsAsked('replication factor', factor, options.replicationFactor);
    const schema = factor === undefined ? undefined : await readSchema(connection, location);
    mustBeAsAsked('number of buckets', schema?.buckets, options.buckets);
    if (schema === undefined) {
      const { quorum } = driver.types.consistencies;
      // A copy of a statement, through another node, could clash with the first. Busy nodes take
      // seconds to agree.
      const once = {
        prepare: false,
        consistency: quorum,
        isIdempotent: false,
        readTimeout: schemaTimeoutMs,
      };
      for (const statement of initStatements(options)) await client.execute(statement, [], once);
    }
    return { keyspace: await readKeyspace(connection, location), isNew: schema === undefined };
  } catch (error) {
    const { name, message } = error as Error;
    if (name === 'StoreError') throw error;
    throw unusable(`the keyspace can't be made: ${message}`, error);
  } finally {
    await client.shutdown();
  }
}

function mustBeAsAsked(what: string, found: number | undefined, asked: number | undefined): void {
  if (found === undefined || asked === undefined || found === asked) return;
  throw unusable(
    `the keyspace has the ${what} ${found}, not ${asked}, and init changes none; ` +
      (what === 'number of buckets'
        ? 'use another keyspace'
        : 'use ALTER KEYSPACE, and then nodetool repair'),
  );
}
