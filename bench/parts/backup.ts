/** The effect of backups on the load next to them: the same load alone, and while they run. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { atMost, type Bar, type Measured, type Part, type Settings } from '../part.js';
import { startServer, thisMain } from '../peers/evenkeel.js';
import { fill, httpPut } from '../support/fill.js';
import { load, uniform } from '../support/load.js';
import { type Figures, inTurn, middle, ratio, ratios, spreadOf } from '../support/rounds.js';
import { keyBytes } from '../support/wrk.js';
import { mebibytes, ms, thousands } from '../write/numbers.js';

const sides = ['alone', 'backups'] as const;
type Side = (typeof sides)[number];

const valueBytes = 100;
const connections = 20;
const warmupMs = 5000;
const times = ['p50', 'p99', 'p999', 'max'] as const;

export const backup: Part = {
  title: 'Backup of a running server',
  programs: [],
  defaults: { rounds: 5, seconds: 20, entities: 1_000_000 },
  quick: { entities: 10_000 },
  measure,
  section: (measured) => ({
    intro: `PUTs at a constant rate, keys drawn uniformly over all entities of
${keyBytes} + ${valueBytes} bytes, over ${connections} connections, by \`evenkeel load -t1\`. Alone,
and while \`evenkeel backup\` runs again and again, to a file on the same disk. Both in turn, each
on a new process on the same store.`,
    tables: [table(measured), backupTable(measured)],
    bars: bars(measured),
  }),
};

async function measure(settings: Settings): Promise<Measured> {
  const { rounds, rate, entities, directory } = settings;
  const store = join(directory, 'store');
  mkdirSync(store);
  const { port, stop } = await startServer(store);
  await fill({ port, entities, protocol: httpPut(valueBytes) });
  await stop();
  const both = await inTurn(rounds, sides, (side) => visit(side, store, settings));
  return {
    settings: { rounds, 'seconds of each run': settings.seconds, rate, entities },
    groups: { both },
    skipped: [],
  };
}

async function visit(side: Side, store: string, settings: Settings): Promise<Figures> {
  const { rate, seconds, entities } = settings;
  const server = await startServer(store, { flags: ['--admin-port', '0'] });
  // A cold page cache would be what is measured.
  for await (const _ of createReadStream(join(store, 'data.mdb'), { highWaterMark: 2 ** 20 }));
  const before = statSync(join(store, 'data.mdb')).size;
  const backups = side === 'backups' ? new Backups(server.adminUrl, store) : undefined;
  const work = uniform('PUT', entities, valueBytes);
  const common = { url: server.url, threads: 1, connections, warmupMs };
  const figures = await load({ ...common, rate, durationMs: seconds * 1000, work });
  const made = await backups?.stop();
  const grown = statSync(join(store, 'data.mdb')).size - before;
  await server.stop();
  const kept = Object.fromEntries(times.map((name) => [name, figures[name]]));
  return { ...kept, rate: figures.rate, grown, ...made };
}

/** Makes one backup after the other. */
class Backups {
  readonly #seconds: number[] = [];
  readonly #running: Promise<void>;
  #isOver = false;

  constructor(adminUrl: string, store: string) {
    this.#running = this.#run(adminUrl, `${store}.evenkeel`);
  }

  /** Waits for the one that runs. */
  async stop(): Promise<Figures> {
    this.#isOver = true;
    await this.#running;
    const made = this.#seconds.length;
    return { made, seconds: this.#seconds.reduce((a, b) => a + b, 0) / made };
  }

  async #run(adminUrl: string, file: string): Promise<void> {
    while (!this.#isOver) {
      const began = performance.now();
      const child = spawn(process.execPath, [thisMain, 'backup', '--url', adminUrl, '--to', file], {
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      const [said, [code]] = await Promise.all([text(child.stderr), once(child, 'close')]);
      if (code !== 0) throw new Error(`a backup failed: ${said}`);
      this.#seconds.push((performance.now() - began) / 1000);
    }
  }
}

function table({ groups: { both = {} } }: Measured) {
  const rows = times.map((name) => [
    name,
    ...sides.map((side) =>
      spreadOf(
        (both[side] ?? []).map((one) => one[name] as number),
        ms,
      ),
    ),
    spreadOf(ratios(both, name, 'backups', 'alone'), (value) => value.toFixed(2)),
  ]);
  return { head: ['ms', 'alone', 'while backups run', 'ratio'], rows };
}

function backupTable({ groups: { both }, settings }: Measured) {
  const of = (figure: string, side: Side = 'backups') => middle(both, figure, side);
  const row = [
    thousands(Number(settings.entities)),
    of('seconds').toFixed(1),
    mebibytes(of('grown')),
    mebibytes(of('grown', 'alone')),
  ];
  const head = ['entities', 'seconds of a backup', 'growth of the data file', 'without backups'];
  return { head, rows: [row] };
}

function bars({ groups: { both = {} } }: Measured): Bar[] {
  const times = ratio(both, 'p99', 'backups', 'alone');
  return [atMost('p99 of the load while backups run, times that of the load alone', times, 2)];
}
