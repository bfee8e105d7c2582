/**
 * Loaded into a gateway with `--import`: writes of one turn of the event loop to one bucket become
 * one unlogged batch. It is not how the store writes: decision 15 compares the two.
 */
import cassandra from 'cassandra-driver';

interface Options {
  readonly consistency?: number;
}
interface Write {
  readonly query: string;
  readonly params: readonly unknown[];
  readonly settle: (result: Promise<unknown>) => void;
}
type Execute = (query: string, params: readonly unknown[], options: Options) => Promise<unknown>;

/** Sent to the bench: since the begin. */
export interface Gathered {
  readonly writes: number;
  readonly statements: number;
}

const prototype = cassandra.Client.prototype as unknown as { execute: Execute };
const { execute } = prototype;
/** The place of the bucket among the values of a write. */
const bucketAt = 3;
const reportMs = 100;
let writes = 0;
let statements = 0;
let turn: Map<string, { readonly options: Options; readonly group: Write[] }> | undefined;

prototype.execute = function (this: cassandra.Client, query, params, options) {
  if (!/^UPDATE \w+\.entity /.test(query)) return execute.call(this, query, params, options);
  if (!turn) {
    turn = new Map();
    setImmediate(flush, this);
  }
  const place = `${options.consistency} ${params[bucketAt]}`;
  const gathered = turn.get(place) ?? { options, group: [] };
  turn.set(place, gathered);
  return new Promise((resolve) => gathered.group.push({ query, params, settle: resolve }));
};

function flush(client: cassandra.Client): void {
  const all = turn ?? new Map();
  turn = undefined;
  for (const { options, group } of all.values()) {
    writes += group.length;
    statements++;
    const result = send(client, options, group);
    for (const { settle } of group) settle(result);
  }
}

function send(client: cassandra.Client, options: Options, group: Write[]): Promise<unknown> {
  const [first] = group as [Write];
  if (group.length === 1) return execute.call(client, first.query, first.params, options);
  const queries = group.map(({ query, params }) => ({ query, params }));
  const batch = { ...options, prepare: true, logged: false, isIdempotent: true };
  return client.batch(queries as never, batch as never);
}

setInterval(() => process.send?.({ writes, statements } satisfies Gathered), reportMs).unref();
