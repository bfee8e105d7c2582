/** The attacks, what each must come to, and how much worse a probe may fare for it. */
import type { Counts } from './attacks.js';

export interface Scenario {
  readonly name: string;
  /** In attacks.ts. */
  readonly attack: string;
  readonly what: string;
  /** The attacker must have counted so much, also in a short run on a busy machine. */
  readonly min: Counts;
  /** The attacker may have counted no more of these. */
  readonly max?: Counts;
  /** The p99 of the probe may be so many times that without the attack. Undefined: any. */
  readonly maxRatio?: number;
  /** File descriptors that the server may open. */
  readonly descriptors?: number;
}

export const scenarios: readonly Scenario[] = [
  {
    name: 'idle flood',
    attack: 'idleFlood',
    what: '6 000 connections without a byte',
    min: { connected: 6000, cut: 1500 },
  },
  {
    name: 'slow headers',
    attack: 'slowHeaders',
    what: '4 500 heads, a byte per second each',
    min: { connected: 4500, cut: 300, 'slow bytes': 4000 },
  },
  {
    name: 'slow contents',
    attack: 'slowContents',
    what: '1 000 PUTs of 1 MiB, a byte per second',
    min: { connected: 1000, cut: 300, 'slow bytes': 1000 },
  },
  {
    name: 'slow readers',
    attack: 'slowReaders',
    what: '64 readers of 16 MiB, 6 KiB per second',
    min: { connected: 64, 'KiB read': 64 },
  },
  {
    name: 'dead pipelines',
    attack: 'deadPipelines',
    what: '4 clients, 1 000 pipelined GETs of 16 MiB, gone after 50 ms; again and again',
    min: { pipelines: 16 },
  },
  {
    name: 'tiny chunks',
    attack: 'tinyChunks',
    what: '4 PUTs in chunks of one byte',
    min: { connected: 4, chunks: 100_000 },
  },
  {
    name: 'churn',
    attack: 'churn',
    what: '32 clients that connect, ask and leave',
    min: { served: 100 },
  },
  {
    name: '8 scanners',
    attack: 'scanners8',
    what: 'ranges over 20 000 entities',
    min: { served: 8, 'MiB of ranges': 4 },
    max: { refused: 0, cut: 0 },
    maxRatio: 3,
  },
  {
    name: '64 scanners',
    attack: 'scanners64',
    what: 'ranges over 20 000 entities',
    min: { served: 64, 'MiB of ranges': 4 },
    max: { refused: 0, cut: 0 },
    maxRatio: 10,
  },
  {
    name: '8 readers',
    attack: 'readers8',
    what: 'GETs of 16 MiB, one after another',
    min: { 'values of 16 MiB': 1 },
    max: { refused: 0, lost: 0 },
  },
  {
    name: '48 PUTs',
    attack: 'puts48',
    what: 'of 16 MiB each, at once; again and again',
    min: { stored: 1 },
    max: { lost: 0 },
  },
  {
    name: 'flood',
    attack: 'flood',
    what: '256 full pipelines, a tenth of them PUTs',
    min: { connected: 256, offered: 256_000, responses: 1000 },
  },
  {
    name: 'no descriptors',
    attack: 'idleFlood',
    what: '6 000 connections to a server with 256 descriptors',
    min: { connected: 6000, cut: 5000 },
    descriptors: 256,
  },
];
