/** The settings of a local cluster, and where its nodes are found. */

/** The help in order.ts tells what each costs. */
export interface Settings {
  /** 1 to 3: a system table of factor 3 tells whether a cluster is whole. */
  readonly nodes: number;
  /** `batch` answers a write after fsync, `periodic` before it. */
  readonly commitlog: 'batch' | 'periodic';
  /** `c1` starts fast and stays small; `full` is as fast as a server, once it is warm. */
  readonly jit: 'c1' | 'full';
}

export const defaults: Settings = { nodes: 3, commitlog: 'batch', jit: 'c1' };

/** All nodes use the same two ports, each at its own address. */
export const cqlPort = 9042;
export const storagePort = 7000;

export const hostOf = (node: number): string => `127.0.0.${node}`;
/** JMX binds 127.0.0.1 in every node, so each has its own port. */
export const jmxPortOf = (node: number): number => 7198 + node;

export const numbersOf = ({ nodes }: Settings): number[] =>
  Array.from({ length: nodes }, (_, index) => index + 1);

export const described = ({ nodes, commitlog, jit }: Settings): string =>
  `--nodes ${nodes} --commitlog ${commitlog} --jit ${jit}`;
