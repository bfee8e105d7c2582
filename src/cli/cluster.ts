/** `evenkeel cluster`: makes the tables of a cluster, and looks at it. */
import { clusterSettings } from '../config/cluster-settings.js';
import { UsageError, wholeNumber } from '../config/parsers.js';
import { readSetting } from '../config/read-settings.js';
import type { ClusterStatus } from '../store/cassandra/cluster-status.js';
import { StoreError } from '../store/store.js';
import { clusterAccess } from './args/cluster-access.js';
import { describeGroups, on, textsOf } from './args/flags.js';
import { exitCodes } from './exit-codes.js';

const maxFactor = 99;
const maxBuckets = 65_536;

const initFlags = {
  'replication-factor': {
    value: 'N',
    help: 'replicas of each entity (3)',
  },
  buckets: {
    value: 'N',
    help: 'partitions that keys are spread over; never changes (64)',
  },
  print: on('print the statements in place of sending them'),
};

const parsers = {
  'replication-factor': wholeNumber(1, maxFactor),
  buckets: wholeNumber(1, maxBuckets),
};

const [clusterHelp, initHelp] = describeGroups(clusterSettings, initFlags);

export const summary = 'make the tables of a Cassandra cluster, or show its state';

export const errors = [StoreError];

export const actions = { init: { ...clusterSettings, ...initFlags }, status: clusterSettings };

export const help = `evenkeel cluster: ${summary}

Usage: evenkeel cluster init --store URL [flags]
       evenkeel cluster status --store URL [flags]

${clusterHelp}

Flags of init:
${initHelp}

Each flag of the first list is also a variable, as for evenkeel serve: EVENKEEL_STORE for --store.

init makes the keyspace and its tables where they are missing. It may be run again. status shows the
keyspace and each node: its release, its commit log and its clock. See docs/cluster.md.

Exit codes:
  ${exitCodes.fine}    done
  ${exitCodes.failed}    the cluster can't be reached, or its keyspace is not as it should be
  ${exitCodes.usage}    a wrong command line; nothing was sent

Examples:
  evenkeel cluster init --store 'cassandra://10.0.0.1/evenkeel?dc=dc1' --replication-factor 3
  evenkeel cluster init --store 'cassandra://10.0.0.1/evenkeel?dc=dc1' --buckets 256 --print
  evenkeel cluster status --store 'cassandra://10.0.0.1/evenkeel?dc=dc1'
`;

export async function run([action, ...args]: readonly string[]): Promise<void> {
  if (action === 'init') return init(textsOf(actions.init, args));
  if (action === 'status') return status(textsOf(actions.status, args));
  throw new UsageError(`cluster takes init or status, got '${action ?? ''}'`);
}

type Texts = ReadonlyMap<string, string>;

async function init(flags: Texts): Promise<void> {
  const options = {
    location: locationOf(flags),
    replicationFactor: numberOf(flags, 'replication-factor'),
    buckets: numberOf(flags, 'buckets'),
  };
  const { initCluster, initStatements } = await import('../store/cassandra/init-cluster.js');
  if (flags.has('print')) {
    process.stdout.write(`${initStatements(options).join(';\n')};\n`);
    return;
  }
  const { keyspace, isNew } = await initCluster({ ...options, access: accessOf(flags) });
  const { replicationFactor, buckets } = keyspace;
  process.stdout.write(
    `${isNew ? 'Made the tables' : 'The tables are there already'}: replication factor ` +
      `${replicationFactor}, ${buckets} buckets.\nServe them: ` +
      `evenkeel serve --store '${options.location}'\n`,
  );
}

async function status(flags: Texts): Promise<void> {
  const location = locationOf(flags);
  const { clusterStatus } = await import('../store/cassandra/cluster-status.js');
  process.stdout.write(statusText(await clusterStatus(location, accessOf(flags))));
}

function statusText({ keyspace, nodes }: ClusterStatus): string {
  const { version, replicationFactor, buckets } = keyspace;
  const rows = nodes.map(({ address, release, isUp, commitLogSync, clockAheadMs }) => [
    address,
    isUp ? 'up' : 'down',
    release,
    commitLogSync ?? 'unknown',
    clockAheadMs === undefined ? 'unknown' : `${clockAheadMs > 0 ? '+' : ''}${clockAheadMs} ms`,
  ]);
  const table = [['node', 'state', 'release', 'commit log', 'clock'], ...rows];
  const widths = (table[0] ?? []).map((_, column) =>
    Math.max(...table.map((row) => (row[column] ?? '').length)),
  );
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  return (
    `schema ${version}, replication factor ${replicationFactor}, ${buckets} buckets\n\n` +
    `${table.map(line).join('\n')}\n`
  );
}

/** @throws UsageError */
function locationOf(flags: Texts): string {
  const store = read(flags, 'store');
  if (store !== undefined) return store;
  throw new UsageError('cluster needs --store, such as cassandra://10.0.0.1/evenkeel?dc=dc1');
}

function accessOf(flags: Texts) {
  return clusterAccess({
    user: read(flags, 'cassandra-user'),
    passwordFile: read(flags, 'cassandra-password-file'),
    caFile: read(flags, 'cassandra-ca'),
  });
}

function read(flags: Texts, name: keyof typeof clusterSettings): string | undefined {
  return readSetting(name, clusterSettings[name], flags, process.env).value as string | undefined;
}

/** @throws UsageError */
function numberOf(flags: Texts, name: keyof typeof parsers): number | undefined {
  const text = flags.get(name);
  if (text === undefined) return undefined;
  try {
    return parsers[name](text);
  } catch (error) {
    throw new UsageError(`--${name} takes ${(error as Error).message}, got '${text}'`);
  }
}
