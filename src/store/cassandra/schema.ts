/**
 * The tables of a keyspace. `entity` has a partition for each bucket, a hash of the key, with its
 * keys in order: one table serves points and ranges. One cell holds the record, because cells
 * resolve one by one, and two could mix two writes. `chunk` has the parts of large values.
 */

/** Raised when the tables or the meaning of a cell change. */
export const schemaVersion = 1;

export interface Schema {
  readonly version: number;
  /** Fixed when the keyspace is made: it says where a key is. */
  readonly buckets: number;
}

export interface SchemaOptions {
  readonly keyspace: string;
  readonly datacenter: string;
  readonly replicationFactor: number;
  readonly buckets: number;
}

/** The statements that make the keyspace and its tables, where they are missing. */
export function schemaStatements(options: SchemaOptions): string[] {
  const { keyspace, datacenter, replicationFactor } = options;
  // The default feeds on itself while a dead node still counts as alive.
  const retry = "speculative_retry = 'MIN(99p,50ms)'";
  return [
    `CREATE KEYSPACE IF NOT EXISTS ${keyspace} WITH replication = ` +
      `{'class': 'NetworkTopologyStrategy', '${datacenter}': ${replicationFactor}}`,
    `CREATE TABLE IF NOT EXISTS ${keyspace}.entity ` +
      '(bucket int, key blob, record blob, PRIMARY KEY ((bucket), key)) WITH compression = ' +
      "{'class': 'LZ4Compressor', 'chunk_length_in_kb': 16} " +
      `AND ${retry}`,
    `CREATE TABLE IF NOT EXISTS ${keyspace}.chunk ` +
      '(key blob, version bigint, n int, data blob, PRIMARY KEY ((key), version, n)) ' +
      `WITH ${retry}`,
    `CREATE TABLE IF NOT EXISTS ${keyspace}.meta (name text PRIMARY KEY, value text) WITH ${retry}`,
  ];
}

const row = 'schema';

/** If two make a keyspace at the same time, the buckets of the first hold. */
export function schemaInsertion({ keyspace, buckets }: SchemaOptions): string {
  const value = JSON.stringify({ version: schemaVersion, buckets } satisfies Schema);
  return `INSERT INTO ${keyspace}.meta (name, value) VALUES ('${row}', '${value}') IF NOT EXISTS`;
}

export function schemaSelection(keyspace: string): string {
  return `SELECT value FROM ${keyspace}.meta WHERE name = '${row}'`;
}

/** Undefined: it is not one. */
export function parseSchema(text: string): Schema | undefined {
  try {
    const { version, buckets } = JSON.parse(text) as Schema;
    const isSchema = Number.isSafeInteger(version) && Number.isSafeInteger(buckets) && buckets > 0;
    return isSchema ? { version, buckets } : undefined;
  } catch {
    return undefined;
  }
}
