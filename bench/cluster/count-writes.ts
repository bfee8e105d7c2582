/**
 * Loaded into a gateway with `--import`: counts its PUTs and the statements that they go in. With
 * `?apart`, each PUT goes in a statement of its own, whatever the store gathers.
 */
import cassandra from 'cassandra-driver';

interface Query {
  readonly query: string;
  readonly params: readonly unknown[];
}
interface Sender {
  execute(query: string, params: readonly unknown[], options: object): Promise<unknown>;
  batch(queries: readonly Query[], options: object): Promise<unknown>;
}

/** Sent to the bench: since the begin. */
export interface Counted {
  readonly writes: number;
  readonly statements: number;
}

const prototype = cassandra.Client.prototype as unknown as Sender;
const { execute, batch } = prototype;
const isApart = import.meta.url.endsWith('?apart');
const reportMs = 100;
let writes = 0;
let statements = 0;

prototype.execute = function (query, params, options) {
  if (/^UPDATE \w+\.entity /.test(query)) {
    writes++;
    statements++;
  }
  return execute.call(this, query, params, options);
};

prototype.batch = function (queries, options) {
  if (isApart)
    return Promise.all(queries.map(({ query, params }) => this.execute(query, params, options)));
  writes += queries.length;
  statements++;
  return batch.call(this, queries, options);
};

setInterval(() => process.send?.({ writes, statements } satisfies Counted), reportMs).unref();
