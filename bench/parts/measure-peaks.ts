/**
 * Peaks: as many requests as a peer answers when every connection always has one in flight. Each
 * group and round starts a fresh peer on empty data. It is warmed up once, for V8 needs seconds to
 * compile what is hot, and then gets the numbers of connections of the group in turn.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Measured, Settings } from '../part.js';
import type { Peer, PeerOptions } from '../peers/peer.js';
import { diskWrittenBytes } from '../support/proc.js';
import { type Figures, inTurn, type Rounds } from '../support/rounds.js';
import { keyBytes, type Peak } from '../support/wrk.js';

export interface Group extends Pick<Peak, 'order' | 'valueBytes'> {
  readonly name: string;
  readonly connections: readonly number[];
  /** Peers that cannot take part. */
  readonly without?: readonly string[];
}

type Start = (options: PeerOptions) => Promise<Peer>;
export type Peers = Readonly<Record<string, Start>>;

/** Rising keys begin this far apart, so that no run overwrites the keys of another. */
const stride = 100_000_000;

export async function measurePeaks(
  method: Peak['method'],
  groups: readonly Group[],
  peers: Peers,
  settings: Settings,
): Promise<Measured> {
  const { rounds, seconds, warmup, entities, connections } = settings;
  const results: Record<string, Rounds> = {};
  for (const { without = [], ...all } of groups) {
    const wanted = (count: number) => connections.length === 0 || connections.includes(count);
    const group = { ...all, connections: all.connections.filter(wanted) };
    if (group.connections.length === 0) continue;
    process.stdout.write(`${method}, ${group.name}\n`);
    const sides = Object.keys(peers).filter((name) => !without.includes(name));
    results[group.name] = await inTurn(rounds, sides, (side) =>
      visit(method, group, peers[side] as Start, settings),
    );
  }
  const times = { 'seconds of warm-up': warmup, 'seconds of each measurement': seconds };
  return { settings: { rounds, ...times, entities }, groups: results, skipped: [] };
}

async function visit(
  method: Peak['method'],
  { order, valueBytes, connections }: Group,
  start: Start,
  { entities, seconds, warmup, directory }: Settings,
): Promise<Figures> {
  // The store holds as many bytes whatever the size of a value.
  const keySpace = Math.max(1000, Math.round((entities * 100) / valueBytes));
  const own = mkdtempSync(join(directory, 'peak-'));
  const peer = await start({ directory: own, valueBytes });
  await peer.fill(keySpace);
  const peak = { method, order, keySpace, valueBytes };
  const run = (connections: number, seconds: number, number: number) =>
    peer.peak({ ...peak, connections, seconds, first: number * stride });
  await run(connections[0] as number, warmup, 1);
  const figures: Record<string, number> = {};
  for (const [index, count] of connections.entries()) {
    const before = diskWrittenBytes(own);
    const { requests, rate, p50, p99, responseBytes } = await run(count, seconds, index + 2);
    const written = (diskWrittenBytes(own) ?? 0) - (before ?? 0);
    const cell = `c${count}`;
    Object.assign(figures, { [`${cell} rate`]: rate, [`${cell} p50`]: p50, [`${cell} p99`]: p99 });
    if (method === 'GET' && responseBytes !== undefined) figures[`${cell} answer`] = responseBytes;
    if (method === 'PUT' && before !== undefined)
      figures[`${cell} written`] = written / (requests * (keyBytes + valueBytes));
  }
  await peer.stop();
  rmSync(own, { recursive: true, force: true });
  return figures;
}
