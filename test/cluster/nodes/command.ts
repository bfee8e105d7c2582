/** `npm run cassandra`: a real Cassandra cluster on this machine, started and broken by hand. */
import { attachCluster, type Cluster, ClusterError, type Settings } from './cluster.js';
import { type NodeCommand, type Order, readOrder } from './order.js';
import { Progress } from './progress.js';
import { described } from './settings.js';
import { startCluster } from './start.js';
import { table } from './table.js';

const order = readOrder();
// Then what was begun is undone: see startCluster.
for (const [name, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)
  process.once(name, () => process.exit(code));
try {
  await obey(order);
} catch (error) {
  if (!(error instanceof ClusterError)) throw error;
  process.stderr.write(`cassandra: ${error.message}\n`);
  process.exitCode = 1;
}

async function obey(order: Order): Promise<void> {
  const cluster = attachCluster();
  if (order.command === 'start') return start(order.wanted, cluster);
  if (cluster === undefined) {
    if (order.command !== 'stop')
      throw new ClusterError('no cluster runs: npm run cassandra -- start starts one');
    return say('No cluster runs.');
  }
  if (order.command === 'stop') {
    await cluster.stop();
    return say('Stopped, and the data removed.');
  }
  if (order.command === 'status') return say(table(cluster.settings, await cluster.status()));
  return act(cluster, order.command, order.node);
}

async function start(wanted: Partial<Settings>, running: Cluster | undefined): Promise<void> {
  const progress = new Progress('Starting');
  try {
    const isNew = running === undefined || running.isDown;
    if (!isNew) {
      const asked = described({ ...running.settings, ...wanted });
      if (asked !== described(running.settings))
        throw new ClusterError(
          `a cluster runs already, with other settings (${described(running.settings)}): ` +
            'npm run cassandra -- stop ends it',
        );
      await running.heal(progress.report);
    }
    const cluster = isNew ? await startCluster(wanted, progress.report) : running;
    progress.end();
    say(
      `${isNew ? 'Ready' : 'Runs already, and is ready'} after ${progress.seconds} s: ` +
        `${cluster.contactPoints.join(', ')} (${described(cluster.settings)})`,
    );
  } finally {
    progress.end();
  }
}

async function act(cluster: Cluster, command: NodeCommand, node: number): Promise<void> {
  if (!cluster.nodes.includes(node))
    throw new ClusterError(`unknown node ${node}: the cluster has ${cluster.settings.nodes}`);
  if (command === 'restart') {
    const progress = new Progress(`Restarting node ${node}`);
    await cluster.restart(node, progress.report).finally(() => progress.end());
    return say(`Node ${node} is back after ${progress.seconds} s.`);
  }
  const said = { kill: 'killed', pause: 'paused', resume: 'resumed' }[command];
  if (await cluster[command](node)) return say(`Node ${node} is ${said}.`);
  if (command !== 'kill')
    throw new ClusterError(`node ${node} is down: npm run cassandra -- restart ${node}`);
  say(`Node ${node} was down already.`);
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
