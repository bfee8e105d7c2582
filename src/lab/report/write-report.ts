/** Writes a report's files: the document, its pictures, and the data they are made from. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { profileToJson } from '../profile/convert/profile-json.js';
import { renderFlameGraph } from '../profile/flame/flame-graph.js';
import { formatDocument, pictureOf } from './document.js';
import type { Experiment } from './experiment.js';
import { renderPercentilePlot } from './plot/percentiles.js';
import { renderTimeline } from './plot/timeline.js';
import type { PhaseName, ProfileKind, ReportRecord } from './report-record.js';
import { graphTitle, phaseNames, profileKinds } from './report-record.js';

/** Returns the document's name. */
export function writeReport(out: string, experiment: Experiment): string {
  const { record, profiles } = experiment;
  const { label } = record;
  const subtitle = subtitleOf(record);
  const write = (name: string, text: string) => {
    const file = join(out, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    return file;
  };
  for (const name of phaseNames)
    for (const kind of profileKinds) {
      const title = graphTitle(kind, name);
      const profile = profiles[name][kind];
      write(pictureOf(label, `${kind}-${name}`), renderFlameGraph(profile, { title, subtitle }));
      write(profileFile(label, name, kind), profileToJson(profile));
    }
  const series = seriesOf(record);
  const percentiles = renderPercentilePlot(series, { title: 'Latency by percentile', subtitle });
  write(pictureOf(label, 'percentiles'), percentiles);
  const timeline = renderTimeline(series, { title: 'Each second', subtitle });
  write(pictureOf(label, 'timeline'), timeline);
  write(`${label}.json`, `${JSON.stringify(record, undefined, 2)}\n`);
  return write(`${label}.md`, formatDocument(experiment));
}

/** Where a report's profile lies, beside its record. */
export function profileFile(label: string, name: PhaseName, kind: ProfileKind): string {
  return `${label}/${kind}-${name}.json`;
}

function subtitleOf({ label, phases }: ReportRecord): string {
  const { ratePerSecond, connections } = phases.put.load.options;
  return `${label}: ${ratePerSecond} requests per second over ${connections} connections`;
}

function seriesOf({ phases }: ReportRecord) {
  return phaseNames.map((name) => ({
    name: name.toUpperCase(),
    percentiles: phases[name].load.latency.percentiles,
    seconds: phases[name].load.timeline,
  }));
}
