/** The nodes of the bench: a cluster of its own, with full JIT, and data where the bench says. */
import { execFile, execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const command = fileURLToPath(new URL('../../cluster/command.js', import.meta.url));
const count = 3;
/** Without full JIT, the nodes would be the limit of every side. */
export const nodeSettings = ['--nodes', `${count}`, '--commitlog', 'batch', '--jit', 'full'];

export interface Nodes {
  /** The processes of the nodes. */
  readonly pids: readonly number[];
  stop(): void;
}

/** @param directory where the nodes keep their data; they end with the bench */
export async function startNodes(directory: string): Promise<Nodes> {
  const env = { ...process.env, TMPDIR: directory };
  const stop = () => {
    process.off('exit', stop);
    execFileSync(process.execPath, [command, 'stop'], { env, stdio: 'ignore' });
  };
  const run = promisify(execFile);
  await run(process.execPath, [command, 'start', ...nodeSettings], { env }).catch((error) => {
    // It says what is missing or in the way.
    process.stderr.write(error.stderr);
    process.exit(1);
  });
  process.once('exit', stop);
  const { stdout } = await run(process.execPath, [command, 'status'], { env });
  const pids = [...stdout.matchAll(/^\d+ .* running +(\d+) /gm)].map(([, pid]) => Number(pid));
  if (pids.length !== count) throw new Error(`not all nodes run:\n${stdout}`);
  return { pids, stop };
}

/** A keyspace on these nodes, as `--store` takes it. */
export function locationOf(keyspace: string): string {
  return `cassandra://127.0.0.1,127.0.0.2,127.0.0.3/${keyspace}?dc=dc1`;
}
