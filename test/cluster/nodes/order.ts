/** The command line, read. A wrong one ends the process before anything is done. */
import { parseArgs } from 'node:util';
import { clusterDirectory } from './places.js';
import type { Settings } from './settings.js';

const help = `npm run cassandra -- COMMAND

  start         starts a cluster, or brings back the nodes that are down; waits until it is ready
  stop          ends all nodes and removes their data
  status        what each node does
  kill N        ends node N as kill -9 does
  pause N       stops node N, with its sockets open (SIGSTOP)
  resume N      lets it run again
  restart N     starts node N on the data it had; kills it before, if it runs

Settings of start
  --nodes N          1 to 3 nodes, at 127.0.0.1 and so on, port 9042 (3)
  --commitlog MODE   batch acknowledges a write after fsync, periodic before it (batch)
  --jit MODE         c1 is ready fast and takes about 450 MiB per node; full is for benches, takes
                     about 1.2 GiB per node, and needs 60,000 operations to be warm (c1)

It needs Linux, a Java 17 (JAVA_HOME, /usr/lib/jvm or PATH), and Maven to fetch Cassandra once.
Data and logs are in ${clusterDirectory}.
Exits with 1 if something fails, and with 2 for a wrong command line.

Examples
  npm run cassandra -- start
  npm run cassandra -- kill 2 && npm run cassandra -- status
  npm run cassandra -- restart 2
  npm run cassandra -- stop && npm run cassandra -- start --jit full --commitlog periodic
`;

const onNode = ['kill', 'pause', 'resume', 'restart'] as const;
export type NodeCommand = (typeof onNode)[number];

export type Order =
  | { readonly command: 'start'; readonly wanted: Partial<Settings> }
  | { readonly command: 'stop' }
  | { readonly command: 'status' }
  | { readonly command: NodeCommand; readonly node: number };

export function readOrder(): Order {
  try {
    const text = { type: 'string' } as const;
    const { values, positionals } = parseArgs({
      options: { nodes: text, commitlog: text, jit: text, help: { type: 'boolean', short: 'h' } },
      allowPositionals: true,
    });
    if (values.help) {
      process.stdout.write(help);
      process.exit(0);
    }
    const [name, number, ...more] = positionals;
    const flags = Object.keys(values);
    if (flags.length > 0 && name !== 'start')
      throw new RangeError(`--${flags[0]} belongs to start`);
    const command = onNode.find((each) => each === name);
    if (command) return { command, node: nodeOf(command, number, more) };
    if (name !== 'start' && name !== 'stop' && name !== 'status')
      throw new RangeError(name ? `unknown command '${name}'` : 'name a command');
    if (number !== undefined) throw new RangeError(`${name} takes no '${number}'`);
    return name === 'start' ? { command: name, wanted: wantedOf(values) } : { command: name };
  } catch (error) {
    process.stderr.write(
      `cassandra: ${(error as Error).message}\nnpm run cassandra -- --help tells more\n`,
    );
    process.exit(2);
  }
}

function nodeOf(command: string, number: string | undefined, more: readonly string[]): number {
  if (number === undefined || more.length > 0 || !/^[1-9]$/.test(number))
    throw new RangeError(
      `${command} takes the number of one node, got '${[number, ...more].join(' ')}'`,
    );
  return Number(number);
}

function wantedOf(values: { nodes?: string; commitlog?: string; jit?: string }): Partial<Settings> {
  const nodes = oneOf('nodes', values.nodes, ['1', '2', '3']);
  const commitlog = oneOf('commitlog', values.commitlog, ['batch', 'periodic']);
  const jit = oneOf('jit', values.jit, ['c1', 'full']);
  return {
    ...(nodes && { nodes: Number(nodes) }),
    ...(commitlog && { commitlog }),
    ...(jit && { jit }),
  };
}

function oneOf<const Name extends string>(
  flag: string,
  given: string | undefined,
  names: readonly Name[],
): Name | undefined {
  const found = names.find((name) => name === given);
  if (given !== undefined && found === undefined)
    throw new RangeError(`--${flag} takes ${names.join(', ')}, got '${given}'`);
  return found;
}
