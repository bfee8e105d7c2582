/** The statements on entities and chunks. All are prepared, and may be sent twice. */

export type Direction = 'asc' | 'desc';

/** The part of each row that a range reads: it with its record, or its key alone. */
export type Columns = 'records' | 'keys';

const keyColumns = 'key, TTL(record) AS ttl, WRITETIME(record) AS version';

export interface StreamStatement {
  readonly columns: Columns;
  readonly order: Direction;
  readonly isLowIncluded: boolean;
  readonly hasHigh: boolean;
}

/** By the name of the keyspace. */
export class Statements {
  readonly get: string;
  readonly put: string;
  readonly remove: string;
  readonly removeSpan: string;
  readonly putChunk: string;
  readonly getChunk: string;
  readonly oldestChunk: string;
  readonly newestChunk: string;
  readonly removeChunks: string;
  readonly removeDeadChunks: string;
  readonly chunkKeys: string;
  readonly probe: string;
  readonly #entity: string;

  constructor(keyspace: string) {
    this.#entity = `${keyspace}.entity`;
    const [entity, chunk] = [this.#entity, `${keyspace}.chunk`];
    const place = 'WHERE bucket = ? AND key = ?';
    this.get = `SELECT record FROM ${entity} ${place}`;
    // A TTL of 0 is none. UPDATE makes a row that is there as long as its cell is.
    this.put = `UPDATE ${entity} USING TIMESTAMP ? AND TTL ? SET record = ? ${place}`;
    this.remove = `DELETE FROM ${entity} USING TIMESTAMP ? ${place}`;
    const span = 'WHERE bucket = ? AND key >= ? AND key <= ?';
    this.removeSpan = `DELETE FROM ${entity} USING TIMESTAMP ? ${span}`;
    this.putChunk =
      `UPDATE ${chunk} USING TIMESTAMP ? AND TTL ? SET data = ? ` +
      'WHERE key = ? AND version = ? AND n = ?';
    this.getChunk = `SELECT data FROM ${chunk} WHERE key = ? AND version = ? AND n = ?`;
    this.oldestChunk = `SELECT version FROM ${chunk} WHERE key = ? LIMIT 1`;
    this.newestChunk = `SELECT version FROM ${chunk} WHERE key = ? ORDER BY version DESC LIMIT 1`;
    this.removeChunks = `DELETE FROM ${chunk} USING TIMESTAMP ? WHERE key = ?`;
    this.removeDeadChunks = `${this.removeChunks} AND version > ? AND version < ?`;
    this.chunkKeys = `SELECT DISTINCT key FROM ${chunk}`;
    this.probe = `SELECT name FROM ${keyspace}.meta WHERE name = 'schema'`;
  }

  /** The rows of a bucket in order. Its values: bucket, low, and high, which is excluded. */
  stream({ columns, order, isLowIncluded, hasHigh }: StreamStatement): string {
    const what = columns === 'records' ? 'key, record' : keyColumns;
    const low = `key ${isLowIncluded ? '>=' : '>'} ?`;
    const high = hasHigh ? ' AND key < ?' : '';
    const ordered = order === 'desc' ? ' ORDER BY key DESC' : '';
    return `SELECT ${what} FROM ${this.#entity} WHERE bucket = ? AND ${low}${high}${ordered}`;
  }
}
