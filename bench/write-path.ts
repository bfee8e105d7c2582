/**
 * The write path, decided by figures: today's store against a journal in front of it, and against smaller changes. See
 * docs/decisions/0001-write-path.md.
 *
 *   npm run bench:write-path -- [--quick] [--folder DIR] [--out build/write-path]
 *
 * The folder must be on the disk to be measured. Writes OUT.json and OUT.md. It takes about 10 minutes, quick under 2.
 */
import { fork } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { describeMachine, type Figures, inTurn } from './support/rounds.js';
import type { Cell } from './write-path/cell.js';
import type { Order } from './write-path/keys.js';
import { type Comparison, fullPlan, type Load, nameOf, quickPlan } from './write-path/plan.js';
import { copySeed, makeSeed } from './write-path/seed.js';
import type { SharesRun } from './write-path/shares.js';
import { comparisonTables, planText, sharesTable, variantsTable } from './write-path/table.js';
import { variants } from './write-path/variants.js';

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    folder: { type: 'string', default: tmpdir() },
    out: { type: 'string', default: 'build/write-path' },
  },
});
const plan = values.quick ? quickPlan : fullPlan;
const sharesInFlight = 64;
const folder = mkdtempSync(join(values.folder, 'evenkeel-write-path-'));
const seed = join(folder, 'seed');

process.stdout.write(`Write path\n${describeMachine()}\n`);
try {
  await makeSeed(seed, plan.entities);
  const shares = await inTurn(plan.rounds, sharesSides());
  const compared = [];
  for (const comparison of plan.comparisons) {
    process.stdout.write(`\n${comparison.title}\n`);
    compared.push({ comparison, rounds: await inTurn(plan.rounds, cellSides(comparison)) });
  }
  const machine = `${describeMachine()}, load average ${loadavg()
    .map((load) => load.toFixed(1))
    .join(' ')} at the end`;
  const tables = compared.map(({ comparison, rounds }) =>
    comparisonTables(comparison, (variant, load) => rounds[sideName(variant, load)] ?? []),
  );
  const parts = [`${machine}. ${planText(plan)}`, variantsTable(variants), sharesTable(shares), ...tables];
  writeFileSync(`${values.out}.md`, parts.join('\n\n'));
  writeFileSync(`${values.out}.json`, JSON.stringify({ machine, plan, shares, compared }, null, 1));
  process.stdout.write(`\n${parts.join('\n\n')}\nWritten to ${values.out}.md and ${values.out}.json\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function cellSides({ variants: names, loads }: Comparison): Record<string, () => Promise<Figures>> {
  const sides: Record<string, () => Promise<Figures>> = {};
  for (const load of loads)
    for (const name of names) sides[sideName(name, nameOf(load))] = () => runCell(name, load);
  return sides;
}

function sideName(variant: string, load: string): string {
  return `${load}: ${variant}`;
}

async function runCell(variant: string, { order, load }: Load): Promise<Figures> {
  const { entities, peakSeconds, rateSeconds } = plan;
  const seconds = 'inFlight' in load ? peakSeconds : rateSeconds;
  const data = await folderOf(variant, order);
  return runChild('cell.js', { variant, folder: data, order, entities, load, seconds } satisfies Cell);
}

/** Each store has a folder for rising keys, which grows, and one for the others; made once, because copying would wear the disk out. */
async function folderOf(variant: string, order: Order): Promise<string> {
  const data = join(folder, `${variant}-${order === 'rising' ? 'rising' : 'same'}`.replaceAll(' ', '-'));
  if (existsSync(data)) return data;
  const chosen = variants[variant];
  await copySeed(seed, data, chosen?.kind === 'tree' ? chosen.options.grownBytes : 0);
  return data;
}

function sharesSides(): Record<string, () => Promise<Figures>> {
  const sides: Record<string, () => Promise<Figures>> = {};
  for (const order of ['rising', 'uniform'] as const)
    for (const noSync of [false, true])
      sides[`${order}, ${sharesInFlight} in flight${noSync ? ', nothing synced' : ''}`] = async () => {
        const { entities, peakSeconds: seconds } = plan;
        const data = await folderOf(noSync ? 'unsynced' : 'timed', order);
        return runChild('shares.js', {
          folder: data,
          order,
          entities,
          inFlight: sharesInFlight,
          seconds,
          noSync,
        } satisfies SharesRun);
      };
  return sides;
}

function runChild(file: string, given: unknown): Promise<Figures> {
  return new Promise((resolve, reject) => {
    const path = fileURLToPath(new URL(`./write-path/${file}`, import.meta.url));
    const child = fork(path, [JSON.stringify(given)]);
    let figures: Figures | undefined;
    child.on('message', (message) => {
      figures = message as Figures;
    });
    child.on('exit', (code) =>
      figures ? resolve(figures) : reject(new Error(`${file} ended with ${code}`)),
    );
  });
}
