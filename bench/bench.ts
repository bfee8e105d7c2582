/**
 * Evenkeel and its peers: measures parts, keeps their figures, and writes RESULTS.md from the last
 * figures of each. Without --only it measures the two peaks. The others take up to an
 * hour each.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defaults, holds, type Part } from './part.js';
import { backup } from './parts/backup.js';
import { cluster } from './parts/cluster.js';
import { cold } from './parts/cold.js';
import { growth } from './parts/growth.js';
import { guarded } from './parts/guarded.js';
import { metrics } from './parts/metrics.js';
import { getPeak, putPeak } from './parts/peaks.js';
import { reference } from './parts/reference.js';
import { tenMinutes } from './parts/ten-minutes.js';
import { tlsPeak } from './parts/tls.js';
import { writePath } from './parts/write-path.js';
import { readFlags } from './support/flags.js';
import { requirePrograms } from './support/programs.js';
import { machineLine, missed } from './support/rounds.js';
import { barText, isMeasured, writeDocument } from './write/document.js';
import { readRecord, schema, stamp, writeRecord } from './write/records.js';

const parts: Readonly<Record<string, Part>> = {
  'get-peak': getPeak,
  'put-peak': putPeak,
  tls: tlsPeak,
  guarded,
  reference,
  growth,
  cold,
  'ten-minutes': tenMinutes,
  metrics,
  backup,
  cluster,
  'write-path': writePath,
};

const sizes = [10_000, 100_000];
const quick = {
  rounds: 1,
  seconds: 1,
  warmup: 1,
  entities: 10_000,
  sizes,
  excess: 2,
  minutes: 0.1,
  operations: 2000,
};

const help = `npm run bench [-- FLAGS]

  --only PART[,PART]  ${Object.keys(parts).join(', ')},
                      or all but the last two: cluster has npm run bench:cluster
                      (get-peak,put-peak; with --quick all)
  --rounds N          rounds of each part (3; reference, backup and cluster 5, cold 9)
  --seconds N         of each measurement (3; reference, metrics and backup 20,
                      growth and cold 10)
  --warmup N          seconds that each peer is under load before its peak is measured (5)
  --connections N,N   of the peaks and of tls: only these of 20, 64 and 256
  --entities N        of 100 bytes in a store before its peak is measured (200000);
                      as many bytes of larger ones; of each store of cluster (100000);
                      of the store of backup (1000000)
  --sizes N,N,…       growth: entities of each store (100000,1000000,10000000)
  --excess N          cold: size of the file over the memory that its server may use (8)
  --minutes N         ten-minutes: of PUT and of GET (10); random keys take three times that
  --phase NAME        ten-minutes: PUT, GET or random alone
  --operations N      cluster: for the nodes to warm up (60000)
  --rate N            write-path and backup: PUTs per second (10000)
  --checkout DIR      write-path: a checkout before the change, built, to compare with
  --wrk2 PATH         reference: the program wrk2, which nobody packages; or WRK2=PATH
  --data DIR          where stores are made; on the disk to be measured (build/)
  --out DIR           where RESULTS.md and results/ go (bench/; with --quick build/bench-quick/)
  --quick             all parts, small: its figures are not for publishing
`;

const home = fileURLToPath(new URL('../..', import.meta.url));
const flags = readFlags(help, ['minutes']);
const isQuick = flags.values.quick === true;
const only = flags.text('only') ?? (isQuick ? 'all' : 'get-peak,put-peak');
const together = Object.keys(parts).filter((name) => !parts[name]?.isApart);
const names = only === 'all' ? together : only.split(',');
const unknown = names.find((name) => !(name in parts));
if (unknown !== undefined) flags.fail(`--only takes parts or all, got ${unknown}`);
const out = resolve(flags.text('out') ?? join(home, isQuick ? 'build/bench-quick' : 'bench'));
const dataDirectory = resolve(flags.text('data') ?? join(home, 'build'));
const given: Record<string, number | readonly number[]> = {};
for (const [name, usual] of Object.entries(defaults)) {
  const numbers = flags.numbers(name)?.toSorted((a, b) => a - b);
  if (numbers) given[name] = Array.isArray(usual) ? numbers : (numbers[0] as number);
}

if (!['PUT', 'GET', 'random', undefined].includes(flags.text('phase')))
  flags.fail(`--phase takes PUT, GET or random, got ${flags.text('phase')}`);
requirePrograms(names.flatMap((name) => parts[name]?.programs ?? []));
process.stdout.write(`${machineLine()}\n`);
mkdirSync(dataDirectory, { recursive: true });
const base = mkdtempSync(join(dataDirectory, 'evenkeel-bench-'));
process.once('exit', () => rmSync(base, { recursive: true, force: true }));

for (const name of names) {
  const part = parts[name] as Part;
  process.stdout.write(`\n${part.title}\n`);
  const began = performance.now();
  const directory = mkdtempSync(join(base, `${name}-`));
  const measuredOn = stamp(directory, part.programs);
  const measured = await part.measure({
    ...defaults,
    ...part.defaults,
    ...(isQuick && { ...quick, ...part.quick }),
    ...given,
    wrk2: flags.text('wrk2') ?? process.env.WRK2,
    checkout: flags.text('checkout'),
    phase: flags.text('phase'),
    directory,
  });
  rmSync(directory, { recursive: true });
  const record = { schema, ...measuredOn, measured } as const;
  writeRecord(out, name, record);
  const entries = Object.entries(parts).map(([name, part]) => {
    return { name, part, record: readRecord(out, name) };
  });
  writeDocument(out, entries);
  for (const what of measured.skipped) process.stdout.write(`  NOT MEASURED: ${what}\n`);
  for (const bar of isMeasured(record) ? part.section(measured).bars : []) {
    process.stdout.write(`  ${barText(bar).replaceAll('*', '')}\n`);
    if (!holds(bar)) process.exitCode = missed;
  }
  const seconds = Math.round((performance.now() - began) / 1000);
  process.stdout.write(`  ${part.title} took ${seconds} s\n`);
}
process.stdout.write(`\nWritten: ${join(out, 'RESULTS.md')}\n`);
