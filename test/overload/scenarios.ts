/** The attacks, and how much worse a probe may fare for each. */

export interface Scenario {
  readonly name: string;
  /** In attacks.ts. */
  readonly attack: string;
  readonly what: string;
  /** The p99 of the probe may be so many times that without the attack. Undefined: any. */
  readonly maxRatio?: number;
  /** File descriptors that the server may open. */
  readonly descriptors?: number;
}

export const scenarios: readonly Scenario[] = [
  { name: 'idle flood', attack: 'idleFlood', what: '6 000 connections without a byte' },
  { name: 'slow headers', attack: 'slowHeaders', what: '4 500 heads, a byte per second each' },
  { name: 'slow contents', attack: 'slowContents', what: '1 000 PUTs of 1 MiB, a byte per second' },
  { name: 'slow readers', attack: 'slowReaders', what: '64 readers of 16 MiB, 6 KiB per second' },
  {
    name: 'dead pipelines',
    attack: 'deadPipelines',
    what: '4 clients, 1 000 pipelined GETs of 16 MiB, gone after 50 ms; again and again',
  },
  { name: 'tiny chunks', attack: 'tinyChunks', what: '4 PUTs in chunks of one byte' },
  { name: 'churn', attack: 'churn', what: '32 clients that connect, ask and leave' },
  { name: '8 scanners', attack: 'scanners8', what: 'ranges over 20 000 entities', maxRatio: 3 },
  { name: '64 scanners', attack: 'scanners64', what: 'ranges over 20 000 entities', maxRatio: 10 },
  { name: '8 readers', attack: 'readers8', what: 'GETs of 16 MiB, one after another' },
  { name: '48 PUTs', attack: 'puts48', what: 'of 16 MiB each, at once; again and again' },
  { name: 'flood', attack: 'flood', what: '256 full pipelines, a tenth of them PUTs' },
  {
    name: 'no descriptors',
    attack: 'idleFlood',
    what: '6 000 connections to a server with 256 descriptors',
    descriptors: 256,
  },
];
