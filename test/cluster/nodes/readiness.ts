/** Waits until nodes serve, and says why one never will. */
import { setTimeout as sleep } from 'node:timers/promises';
import { ClusterError } from './cluster-error.js';
import { endOfLog, inspect } from './node-process.js';
import { logFile } from './places.js';
import { type Grade, grades, probe } from './probe.js';

export type Report = (line: string) => void;

/** A busy machine takes a minute. */
const limitMs = 180_000;
const everyMs = 100;
const shownLines = 15;

export interface Awaited {
  /** The nodes to wait for. */
  readonly numbers: readonly number[];
  readonly grade: Grade;
  /** How many the cluster has. */
  readonly nodes: number;
  readonly report?: Report | undefined;
}

/**
 * Resolves once all nodes pass in one round: one that passed may miss a node that was paused, or
 * started later.
 * @throws ClusterError with the end of the log of a node that ended, or is too late
 */
export async function untilReady({ numbers, grade, nodes, report }: Awaited): Promise<void> {
  const beganMs = performance.now();
  const said = new Set<number>();
  for (;;) {
    const late: number[] = [];
    for (const node of numbers) {
      const { state } = inspect(node);
      if (state === 'down') throw new ClusterError(`node ${node} ended${withLog(node)}`);
      if (state === 'paused')
        throw new ClusterError(
          `node ${node} is paused: resume it (npm run cassandra -- resume ${node})`,
        );
      if (grades.indexOf(await probe(node, nodes)) < grades.indexOf(grade)) late.push(node);
      else if (!said.has(node)) {
        said.add(node);
        report?.(`node ${node} ${saidOf[grade]} after ${seconds(performance.now() - beganMs)}`);
      }
    }
    const [first] = late;
    if (first === undefined) return;
    if (performance.now() - beganMs > limitMs)
      throw new ClusterError(
        `node ${first} is not ready after ${seconds(limitMs)}${withLog(first)}`,
      );
    await sleep(everyMs);
  }
}

const saidOf = { silent: 'runs', answers: 'answers', whole: 'reads at ALL' };

const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;

const withLog = (node: number) =>
  `; the end of its log, ${logFile(node)}:\n${endOfLog(node, shownLines)}`;
