/**
 * Evenkeel beside its peers, and by itself: measures parts, keeps what was measured, and writes RESULTS.md from what was measured last
 * of each. Without --only it takes the two peaks; the others take minutes each and are run by name.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readFlags } from './flags.js';
import { holds, type Part } from './part.js';
import { cold } from './parts/cold.js';
import { getPeak } from './parts/get-peak.js';
import { growth } from './parts/growth.js';
import { putPeak } from './parts/put-peak.js';
import { reference } from './parts/reference.js';
import { tenMinutes } from './parts/ten-minutes.js';
import { requirePrograms } from './support/programs.js';
import { describeMachine, missed } from './support/rounds.js';
import { barText, measurable, writeDocument } from './write/document.js';
import { readRecord, schema, stamp, writeRecord } from './write/records.js';

const parts: Readonly<Record<string, Part>> = {
  'get-peak': getPeak,
  'put-peak': putPeak,
  reference,
  growth,
  cold,
  'ten-minutes': tenMinutes,
};

const home = fileURLToPath(new URL('../..', import.meta.url));
const { names, out, dataFolder, settingsOf } = readFlags(process.argv.slice(2), parts, home);

requirePrograms(names.flatMap((name) => parts[name]?.programs ?? []));
process.stdout.write(`${describeMachine()}\n`);
mkdirSync(dataFolder, { recursive: true });
const folder = mkdtempSync(join(dataFolder, 'evenkeel-bench-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

for (const name of names) {
  const part = parts[name] as Part;
  process.stdout.write(`\n${part.title}\n`);
  const began = performance.now();
  const stamped = stamp(folder, part.programs);
  const measured = await part.measure({ ...settingsOf(part), folder });
  const record = { schema, ...stamped, measured } as const;
  writeRecord(out, name, record);
  writeDocument(
    out,
    Object.entries(parts).map(([each, part]) => ({
      name: each,
      part,
      record: readRecord(out, each),
    })),
  );
  for (const what of measured.skipped) process.stdout.write(`  NOT MEASURED: ${what}\n`);
  const bars = measurable(record) ? part.section(measured).bars : [];
  for (const bar of bars) {
    process.stdout.write(`  ${barText(bar).replaceAll('*', '')}\n`);
    if (!holds(bar)) process.exitCode = missed;
  }
  process.stdout.write(
    `  ${part.title} took ${Math.round((performance.now() - began) / 1000)} s\n`,
  );
}
process.stdout.write(`\nWritten: ${join(out, 'RESULTS.md')}\n`);
