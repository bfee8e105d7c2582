/** Two reports side by side: what changed between the labels, and which functions did it. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compareRuns } from '../load/judge/compare-runs.js';
import { formatTimeUs } from '../load/output/wrk2-units.js';
import { diffProfiles } from '../profile/diff/diff.js';
import { renderDiffFlameGraph } from '../profile/diff/diff-graph.js';
import { formatTopChanges } from '../profile/diff/top-changes.js';
import type { Experiment } from './experiment.js';
import { graphTitle, type PhaseName, phaseNames, profileKinds } from './report-record.js';
import { costTable, markdownTable } from './tables.js';

/** Differences of the latency that count, as in `evenkeel compare`. */
const judgement = { tolerance: 0.1, floorUs: 50 };
const changesNamed = 5;

/** Writes the document and its pictures. Returns the document's name. */
export function writeComparison(out: string, before: Experiment, after: Experiment): string {
  const name = `${after.record.label}-vs-${before.record.label}`;
  const labels = `${after.record.label} against ${before.record.label}`;
  mkdirSync(join(out, name), { recursive: true });
  const sections = phaseNames.flatMap((phase) => {
    const graphs = profileKinds.map((kind) => {
      const diff = diffProfiles(before.profiles[phase][kind], after.profiles[phase][kind]);
      const title = `${graphTitle(kind, phase)}: ${labels}`;
      writeFileSync(join(out, name, `${kind}-${phase}.svg`), renderDiffFlameGraph(diff, { title }));
      return `![${title}](${name}/${kind}-${phase}.svg)\n\n${formatTopChanges(diff, changesNamed)}`;
    });
    return [`### ${phase.toUpperCase()}`, latencyTable(phase, before, after), ...graphs];
  });
  const file = join(out, `${name}.md`);
  const costs = [before, after].map(
    ({ record }) => `### What a request costs: ${record.label}\n\n${costTable(record)}`,
  );
  writeFileSync(file, `${[`## ${labels}`, ...sections, ...costs].join('\n\n')}\n`);
  return file;
}

function latencyTable(phase: PhaseName, before: Experiment, after: Experiment): string {
  const [from, to] = [before.record.phases[phase].load, after.record.phases[phase].load];
  const { rows, warnings } = compareRuns(from, to, judgement);
  const cell = (value: number, unit: string) =>
    unit === 'µs' ? formatTimeUs(value) : `${value.toFixed(unit === '%' ? 3 : 1)} ${unit}`;
  const table = markdownTable(
    ['', before.record.label, after.record.label, 'change', ''],
    rows
      .filter(({ figure }) => !figure.startsWith('service'))
      .map(({ figure, unit, before: was, after: is, changeShare, judgement: verdict }) => [
        figure,
        cell(was, unit),
        cell(is, unit),
        changeShare === undefined
          ? ''
          : `${changeShare > 0 ? '+' : ''}${(changeShare * 100).toFixed(1)} %`,
        verdict === 'same' ? '' : verdict,
      ]),
  );
  // A server of the report's own listens on another port each time.
  const relevant = warnings.filter((warning) => !warning.startsWith('The runs differ in url'));
  return [table, ...relevant.map((warning) => `> ${warning}`)].join('\n\n');
}
