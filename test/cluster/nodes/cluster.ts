/**
 * A real Cassandra cluster on 127.0.0.1 to 127.0.0.3, for tests and for hands. It outlives the
 * process that started it: a file says how it was started, and each node's own file its process.
 * So tests and `npm run cassandra` work on the same cluster, from any process.
 */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { launch } from './jvm.js';
import { inspect, type NodeProcess, signal, signalNow } from './node-process.js';
import { clusterDirectory, clusterFile, logFile } from './places.js';
import { type Grade, probe } from './probe.js';
import { type Report, untilReady } from './readiness.js';
import { cqlPort, hostOf, numbersOf, type Settings } from './settings.js';

export { ClusterError } from './cluster-error.js';
export type { Settings } from './settings.js';

/** The content of the cluster file. */
export interface Started {
  readonly settings: Settings;
  readonly javaHome: string;
}

export interface NodeStatus extends NodeProcess {
  readonly node: number;
  readonly address: string;
  readonly grade: Grade;
  readonly log: string;
}

/** The cluster that runs, or that ran and whose nodes are all down. */
export function attachCluster(): Cluster | undefined {
  if (!existsSync(clusterFile)) return undefined;
  return new Cluster(JSON.parse(readFileSync(clusterFile, 'utf8')) as Started);
}

export class Cluster {
  readonly settings: Settings;
  readonly #javaHome: string;

  constructor({ settings, javaHome }: Started) {
    this.settings = settings;
    this.#javaHome = javaHome;
  }

  /** The numbers of the nodes, from 1. */
  get nodes(): number[] {
    return numbersOf(this.settings);
  }

  /** Addresses and ports for a driver. */
  get contactPoints(): string[] {
    return this.nodes.map((node) => this.addressOf(node));
  }

  addressOf(node: number): string {
    return `${hostOf(node)}:${cqlPort}`;
  }

  /** Ends a node as `kill -9` does. @returns false if it was down already */
  kill(node: number): Promise<boolean> {
    return signal(node, 'SIGKILL');
  }

  /** Stops a node from running, with its sockets open. @returns false if it is down */
  pause(node: number): Promise<boolean> {
    return signal(node, 'SIGSTOP');
  }

  /** Lets a paused node run again; see `ready`. @returns false if it is down */
  resume(node: number): Promise<boolean> {
    return signal(node, 'SIGCONT');
  }

  /**
   * Kills a node if it runs, and starts it on the data it had. Resolves once the node answers, and
   * if all nodes run, once each of them sees all others.
   */
  async restart(node: number, report?: Report): Promise<void> {
    await this.kill(node);
    launch(node, this.settings, this.#javaHome);
    if (this.nodes.every((each) => inspect(each).state === 'running')) await this.ready(report);
    else await this.#until([node], 'answers', report);
  }

  /** Resolves once a read at ALL passes on each node. @throws ClusterError if one is not running */
  ready(report?: Report): Promise<void> {
    return this.#until(this.nodes, 'whole', report);
  }

  /** Resumes what is paused, starts what is down, and waits until all is ready. */
  async heal(report?: Report): Promise<void> {
    for (const node of this.nodes) {
      const { state } = inspect(node);
      if (state === 'paused') await this.resume(node);
      if (state === 'down') launch(node, this.settings, this.#javaHome);
    }
    await this.ready(report);
  }

  status(): Promise<NodeStatus[]> {
    return Promise.all(
      this.nodes.map(async (node) => {
        const process = inspect(node);
        const grade = process.state === 'running' ? await this.probe(node) : 'silent';
        return { node, address: this.addressOf(node), grade, log: logFile(node), ...process };
      }),
    );
  }

  /** Asks a node now whether it answers, and whether it sees all others. */
  probe(node: number): Promise<Grade> {
    return probe(node, this.settings.nodes);
  }

  get isDown(): boolean {
    return this.nodes.every((node) => inspect(node).state === 'down');
  }

  /** Ends all nodes and removes all data. */
  async stop(): Promise<void> {
    await Promise.all(this.nodes.map((node) => this.kill(node)));
    rmSync(clusterDirectory, { recursive: true, force: true });
  }

  /** The same without waiting, for the end of a process. */
  stopNow(): void {
    for (const node of this.nodes) signalNow(node, 'SIGKILL');
    // A node may write a last file while its directory goes.
    rmSync(clusterDirectory, { recursive: true, force: true, maxRetries: 10 });
  }

  #until(numbers: readonly number[], grade: Grade, report?: Report): Promise<void> {
    return untilReady({ numbers, grade, nodes: this.settings.nodes, report });
  }
}
