/** The reference load for minutes: whether memory stays level, and what makes requests slow. */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { threadsFor } from '#dist/lab/report/report-options.js';
import { atMost, type Measured, type Part } from '../part.js';
import { startServer } from '../peers/evenkeel.js';
import { causesIn, countUnexplained, explainedLoad, figuresIn } from '../support/explained-load.js';
import { fill, httpPut } from '../support/fill.js';
import { load, uniform } from '../support/load.js';
import { mappedBytes, memoryOf } from '../support/proc.js';
import { timeRange } from '../support/range.js';
import { type Figures, type Rounds, valuesOf } from '../support/rounds.js';
import { heldBackMs } from '../support/scrape.js';
import { keyOf } from '../support/wrk.js';
import { mebibytes, ms, thousands } from '../write/numbers.js';
import { linePlot } from '../write/plots.js';

type Server = Awaited<ReturnType<typeof startServer>>;

const reference = { threads: threadsFor(availableParallelism()), connections: 20, rate: 10_000 };
/** Such a request without a cause is a failure of the bench. */
const slowMs = 50;
/** As long as wrk2 leaves out at the start of a run. */
const warmupMs = 10_000;
/** `--explain` takes 15 minutes at most. A longer phase is several runs on one server. */
const maxRunMinutes = 10;
const phases = ['PUT', 'GET', 'random keys'] as const;
type Phase = (typeof phases)[number];
/** The last phase has ten PUTs for each GET, and ranges beside them. */
const random = { entities: 1_000_000, putPercent: 91, rate: 11_000, valueBytes: 100 };
/** Slow moments of random keys are rare: their phase is so many times as long. */
const randomTimes = 3;
const range = { limit: 10_000, everyMs: 5000 };

export const tenMinutes: Part = {
  title: 'Ten minutes at the reference load',
  programs: [],
  measure: async ({ minutes, directory, phase: only }) => {
    const groups: Record<string, Rounds> = {};
    let server: Server | undefined;
    try {
      for (const phase of phases.filter((name) => name.startsWith(only ?? ''))) {
        // V8 and malloc keep some of the memory of profiles.
        if (phase === 'random keys') await server?.stop();
        if (phase === 'random keys' || !server)
          server = await startServer(directory, { flags: ['--admin-port', '0'] });
        const beside = phase === 'random keys' ? await besideRandom(server) : undefined;
        const { main, causes } = await measurePhase(
          phase,
          server,
          directory,
          minutesOf(phase, minutes),
        );
        await beside?.stop();
        groups[phase] = main;
        groups[causesOf(phase)] = causes;
      }
    } finally {
      await server?.stop();
    }
    const lengths = Object.fromEntries(
      phases.map((phase) => [`minutes of ${phase}`, minutesOf(phase, minutes)]),
    );
    return { settings: { ...reference, ...lengths }, groups, skipped: [] };
  },
  section: (measured) => ({
    intro: `wrk/put.lua, then wrk/get.lua, by \`evenkeel load\` at 10 000 requests per second on
one server. Then random keys take ${randomTimes} times as long, on a fresh server. There are ten
PUTs for each GET, at ${thousands(random.rate)} per second. Keys are drawn uniformly over
${thousands(random.entities)}. A range of ${thousands(range.limit)} is read every
${range.everyMs / 1000} s. ${warmupMs / 1000} s of the same load come first and are not counted.
RssAnon is read every second; “later / earlier” is its max in the second half over its max in the
first. “beyond the map” is the resident memory at the end without the pages of the data file. Memory
of PUT and GET includes the profile of \`--explain\`. For random keys it is that of a run before, of
${maxRunMinutes} minutes at most, without a profile.
“held back” is how long frames of the journal waited for the checkpoint or a full disk. Requests of
${slowMs} ms or more are shown by their cause and by how many moments they came in, as
\`evenkeel load --explain\` finds them. A phase longer than ${maxRunMinutes} minutes is several
runs; times are then those of the worst one.`,
    tables: [table(measured)],
    bars: measuredPhases(measured).flatMap((phase) => bars(phase, measured)),
    plots: { 'ten-minutes.svg': plot(measured) },
  }),
};

/**
 * Figures of each run, the memory in each second, and the slow requests of each cause. The profile
 * of `--explain` lies in the server's memory and grows with the run. For random keys, which take
 * the longest, memory is that of a run without it, which comes first.
 */
async function measurePhase(phase: Phase, server: Server, store: string, minutes: number) {
  const whole: Figures[] = [];
  const memory: Figures[] = [];
  const causes: Record<string, Figures[]> = {};
  const isMemoryApart = phase === 'random keys';
  if (isMemoryApart) {
    const run = await withMemory(server, store, () => plainLoad(server, minutes));
    whole.push(run.resident);
    memory.push(...run.memory);
  }
  for (let left = minutes; left > 0; left -= maxRunMinutes) {
    const work = () => slowRequests(phase, server, Math.min(left, maxRunMinutes));
    const { result, resident, memory: seconds } = await withMemory(server, store, work);
    const before = memory.length;
    if (isMemoryApart) whole.push(result.figures);
    else {
      whole.push({ ...result.figures, ...resident });
      memory.push(...seconds.map((each, at) => ({ ...each, second: before + at })));
    }
    for (const { cause, ...figures } of result.causes)
      causes[cause] = [...(causes[cause] ?? []), figures];
  }
  return { main: { whole, memory }, causes };
}

/** Does some work, and reads the memory of the server in each second of it. */
async function withMemory<T>(server: Server, store: string, work: () => Promise<T>) {
  const memory: Figures[] = [];
  const began = performance.now();
  const timer = setInterval(() => {
    const { anonBytes, rssBytes } = memoryOf(server.pid);
    memory.push({ second: (performance.now() - began) / 1000, anonBytes, rssBytes });
  }, 1000);
  try {
    const result = await work();
    const { rssBytes } = memoryOf(server.pid);
    const resident = {
      beyondMap: rssBytes - mappedBytes(server.pid, join(store, 'data.mdb')),
      maxAnon: Math.max(...memory.map(({ anonBytes = 0 }) => anonBytes)),
    };
    process.stdout.write(`${JSON.stringify(resident)}\n`);
    return { result, memory, resident };
  } finally {
    clearInterval(timer);
  }
}

function minutesOf(phase: Phase, minutes: number): number {
  return phase === 'random keys' ? randomTimes * minutes : minutes;
}

/** The load of random keys, without a profile. */
async function plainLoad({ url }: Server, minutes: number): Promise<void> {
  const { entities, putPercent, rate, valueBytes } = random;
  const work = { ...uniform('PUT', entities, valueBytes), putShare: putPercent / 100 };
  const durationMs = Math.round(Math.min(minutes, maxRunMinutes) * 60_000);
  const { threads, connections } = reference;
  await load({ url, threads, connections, rate, durationMs, work });
}

async function slowRequests(phase: Phase, server: Server, minutes: number) {
  const durationMs = Math.round(minutes * 60_000);
  const { threads, connections } = reference;
  const sizes = [`-t${threads}`, `-c${connections}`, `-d${durationMs}ms`, `--slow=${slowMs}ms`];
  const flags = [...sizes, `--warmup=${warmupMs}ms`, ...workOf(phase)];
  const heldBefore = await heldBackMs(server.adminUrl);
  const { record, text } = await explainedLoad(server, flags, warmupMs + durationMs);
  const figures = {
    ...figuresIn(record),
    held: (await heldBackMs(server.adminUrl)) - heldBefore,
    unnamed: countUnexplained(record),
    unlisted: record.explanation?.unlisted ?? 0,
  };
  process.stdout.write(`${phase} ${JSON.stringify(figures)}\n${text}`);
  return { figures, causes: causesIn(record) };
}

/** As flags of `evenkeel load`. */
function workOf(phase: Phase): string[] {
  const script = (name: string) => fileURLToPath(new URL(`../../../wrk/${name}`, import.meta.url));
  if (phase === 'PUT') return [`-R${reference.rate}`, '-s', script('put.lua')];
  if (phase === 'GET') return [`-R${reference.rate}`, '-s', script('get.lua')];
  const { entities, putPercent, rate, valueBytes } = random;
  const keys = ['--keys=uniform', `--key-space=${entities}`, `--value-bytes=${valueBytes}`];
  return [`-R${rate}`, `--workload=mixed:${100 - putPercent}/${putPercent}`, ...keys];
}

/** Stores the entities, and reads ranges of them until it is stopped. */
async function besideRandom({ url, port }: Server) {
  const { entities, valueBytes } = random;
  await fill({ port, entities, protocol: httpPut(valueBytes) });
  let isOver = false;
  const read = async () => {
    for (let from = 0; !isOver; from = (from + range.limit) % (entities - range.limit)) {
      const start = keyOf(from);
      await timeRange(url, { start, limit: range.limit, valueBytes });
      await sleep(range.everyMs);
    }
  };
  const reading = read();
  return {
    stop: () => {
      isOver = true;
      return reading;
    },
  };
}

function causesOf(phase: Phase): string {
  return `${phase}, ${slowMs} ms or more`;
}

/** A leak raises this; memory that comes and goes does not. */
function laterOverEarlier(rounds: Rounds | undefined): number {
  const anon = valuesOf(rounds, 'anonBytes', 'memory');
  const half = Math.ceil(anon.length / 2);
  return Math.max(...anon.slice(half)) / Math.max(...anon.slice(0, half));
}

function sumOf(rounds: Rounds | undefined, figure: string): number {
  return valuesOf(rounds, figure, 'whole').reduce((a, b) => a + b, 0);
}

/** That of the worst run. */
function maxOf(rounds: Rounds | undefined, figure: string): number {
  return Math.max(...valuesOf(rounds, figure, 'whole'));
}

function measuredPhases({ groups }: Measured): readonly Phase[] {
  return phases.filter((phase) => groups[phase] !== undefined);
}

function table(measured: Measured) {
  const { groups } = measured;
  const rows = measuredPhases(measured).map((phase) => {
    const sum = (figure: string) => sumOf(groups[phase], figure);
    const max = (figure: string) => maxOf(groups[phase], figure);
    return [
      phase,
      thousands(sum('requests')),
      thousands(sum('failed')),
      ...['p50', 'p99', 'p999', 'max'].map((figure) => ms(max(figure))),
      slowText(sum('unlisted'), groups[causesOf(phase)]),
      ms(max('lag max')),
      heldText(valuesOf(groups[phase], 'held', 'whole')),
      mebibytes(max('beyondMap')),
      mebibytes(max('maxAnon')),
      laterOverEarlier(groups[phase]).toFixed(2),
    ];
  });
  const times = [
    'p50 ms',
    'p99',
    'p99.9',
    'max',
    `${slowMs} ms or more`,
    'max lag',
    'held back ms',
  ];
  const memory = ['beyond the map', 'max RssAnon', 'later / earlier'];
  return { head: ['', 'requests', 'failed', ...times, ...memory], rows };
}

/** Empty for a measurement without this figure. */
function heldText(held: readonly number[]): string {
  return held.length === 0 ? '' : ms(held.reduce((a, b) => a + b, 0));
}

/** For example: 31 in 2 moments (disk sync 24, up to 61.0; generator late 7, up to 52.5). */
function slowText(unlisted: number, causes: Rounds = {}): string {
  const names = Object.keys(causes);
  if (names.length === 0) return 'none';
  const of = (figure: string, name: string) => valuesOf(causes, figure, name);
  const total = (figure: string, name: string) => of(figure, name).reduce((a, b) => a + b, 0);
  const sum = (figure: string) => names.reduce((all, name) => all + total(figure, name), 0);
  const each = names.map(
    (name) => `${name} ${total('requests', name)}, up to ${ms(Math.max(...of('worst', name)))}`,
  );
  const moments = sum('moments') === 1 ? '1 moment' : `${sum('moments')} moments`;
  const more = unlisted > 0 ? `; ${unlisted} more were too many to list` : '';
  return `${sum('requests')} in ${moments} (${each.join('; ')})${more}`;
}

function bars(phase: Phase, { groups }: Measured) {
  const max = (figure: string) => maxOf(groups[phase], figure);
  const resident = Math.max(max('beyondMap'), max('maxAnon')) / 1024 ** 2;
  const level = laterOverEarlier(groups[phase]);
  const slow = `requests of ${slowMs} ms or more without a cause`;
  return [
    atMost(`${phase}: resident memory beyond the map`, resident, 250, 'MiB'),
    atMost(`${phase}: RssAnon later over earlier, to be level`, level, 1.1),
    atMost(`${phase}: ${slow}`, sumOf(groups[phase], 'unnamed'), 0),
  ];
}

function plot(measured: Measured): string {
  const { groups } = measured;
  const lines = measuredPhases(measured).map((phase) => ({
    name: `RssAnon, ${phase}`,
    points: (groups[phase]?.memory ?? []).map(
      ({ second = 0, anonBytes = 0 }) => [second, anonBytes / 1024 ** 2] as const,
    ),
  }));
  const heading = { title: 'Memory at the reference load', subtitle: 'every second' };
  return linePlot({ ...heading, over: 'seconds' }, [{ unit: 'MiB', lines }]);
}
