/**
 * Peaks: as many requests as a peer answers when every connection always has one under way. A peer is started fresh, on empty data, for each
 * group and round; the numbers of connections of a group follow each other on the same process, behind a warm-up: V8 compiles what is hot
 * for up to four seconds (of three of Evenkeel's, two answered 61k to 68k GET/s in each of the first three or four, and 71k to 81k from
 * then on), and nobody restarts a server every few seconds.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Measured, Settings } from '../part.js';
import type { Peer, StartOptions } from '../peers/peer.js';
import { diskWrittenBytes } from '../support/process-stat.js';
import { type Figures, inTurn, type Rounds } from '../support/rounds.js';
import { keyBytes, type Peak } from '../support/wrk.js';

export interface Group {
  readonly name: string;
  readonly order: Peak['order'];
  readonly valueBytes: number;
  readonly connections: readonly number[];
}

export interface Subject {
  readonly start: (options: StartOptions) => Promise<Peer>;
  /** Groups it takes no part in, by name. */
  readonly not?: readonly string[];
}

export type Subjects = Readonly<Record<string, Subject>>;

export async function measurePeaks(
  method: Peak['method'],
  groups: readonly Group[],
  subjects: Subjects,
  { rounds, seconds, warmup, entities, folder, connections: wanted }: Settings,
): Promise<Pick<Measured, 'settings' | 'groups'>> {
  const results: Record<string, Rounds> = {};
  for (const all of groups) {
    const connections = all.connections.filter((count) => wanted?.includes(count) ?? true);
    if (connections.length === 0) continue;
    const group = { ...all, connections };
    // As many bytes are kept whatever the size of a value.
    const keySpace = Math.max(1000, Math.round((entities * 100) / group.valueBytes));
    process.stdout.write(`${method}, ${group.name}\n`);
    const sides = Object.entries(subjects)
      .filter(([, { not = [] }]) => !not.includes(group.name))
      .map(([name, subject]) => [
        name,
        () => visit(subject, { method, group, keySpace, seconds, warmup, folder }),
      ]);
    results[group.name] = await inTurn(rounds, Object.fromEntries(sides));
  }
  const settings = {
    rounds,
    'seconds of warm-up': warmup,
    'seconds of each measurement': seconds,
    entities,
  };
  return { settings, groups: results };
}

interface Visit {
  readonly method: Peak['method'];
  readonly group: Group;
  readonly keySpace: number;
  readonly seconds: number;
  readonly warmup: number;
  readonly folder: string;
}

/** Rising keys begin this far apart, so that no run overwrites another's. */
const stride = 100_000_000;

async function visit({ start }: Subject, visit: Visit): Promise<Figures> {
  const { method, group, keySpace, seconds, warmup } = visit;
  const { order, valueBytes, connections } = group;
  const folder = mkdtempSync(join(visit.folder, 'peak-'));
  const figures: Record<string, number> = {};
  try {
    const peer = await start({ folder, valueBytes });
    try {
      await peer.fill(keySpace);
      const peak = { method, order, keySpace, valueBytes };
      await peer.peak({
        ...peak,
        first: stride,
        connections: connections[0] ?? 1,
        seconds: warmup,
      });
      for (const [index, count] of connections.entries()) {
        const before = diskWrittenBytes(folder);
        const run = { ...peak, first: (index + 2) * stride, connections: count, seconds };
        const { requests, rate, p50, p99, answerBytes } = await peer.peak(run);
        const cell = `c${count}`;
        Object.assign(figures, {
          [`${cell} rate`]: rate,
          [`${cell} p50`]: p50,
          [`${cell} p99`]: p99,
        });
        if (answerBytes !== undefined && method === 'GET') figures[`${cell} answer`] = answerBytes;
        const after = diskWrittenBytes(folder);
        if (method === 'PUT' && before !== undefined && after !== undefined)
          figures[`${cell} written`] = (after - before) / (requests * (keyBytes + valueBytes));
      }
    } finally {
      await peer.stop();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return figures;
}
