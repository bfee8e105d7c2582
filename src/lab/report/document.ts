/** The report as a Markdown document: the reference's order first, then what it does not tell. */
import { describeTopFrames, formatTopFrames } from '../profile/frame-table.js';
import type { Experiment } from './experiment.js';
import { framesNamed } from './phase.js';
import { graphTitle, type PhaseName, phaseNames, profileKinds } from './report-record.js';
import { costTable, machineTable, profilingCostTable, referenceTable } from './tables.js';

/** Files that the document shows, beside it: `async/cpu-put.svg`. */
export function pictureOf(label: string, name: string): string {
  return `${label}/${name}.svg`;
}

export function formatDocument({ record, profiles }: Experiment): string {
  const { label, phases } = record;
  return [
    verdicts(record),
    ...phaseNames.flatMap((name) => phaseSection(label, name, record)),
    '### Latency by percentile, and over time',
    picture(label, 'percentiles', 'Latency by percentile'),
    picture(label, 'timeline', 'Rate and latency each second'),
    '### Against the reference',
    'The reference ran on another machine, under wrk2 with 4 threads, whose own timers add about ' +
      '1 ms to each median. Its report does not say what was on the disk when a PUT was ' +
      'answered; here the PUT was.',
    referenceTable(phases),
    '### What a request costs',
    costTable(record),
    ...phaseNames.flatMap((name) =>
      profileKinds.flatMap((kind) => [
        `#### ${graphTitle(kind, name)}: the ${framesNamed} functions that take most`,
        describeTopFrames(profiles[name][kind]),
        formatTopFrames(profiles[name][kind], framesNamed),
      ]),
    ),
    '### What profiling costs',
    'Each profile was taken in a window of its own; the latencies above are of runs in which ' +
      'nothing was sampled.',
    profilingCostTable(record),
    '### The machine',
    machineTable(record),
    `All figures: [${label}.json](${label}.json).`,
    '',
  ].join('\n\n');
}

/** The worth of the measured runs, before anything is read out of them. */
function verdicts({ phases }: Experiment['record']): string {
  return phaseNames
    .map((name) => {
      const { verdict } = phases[name].load;
      const worth = verdict.valid ? 'valid.**' : `NOT VALID.** ${verdict.reasons.join(' ')}`;
      return `**${name.toUpperCase()}: ${worth}`;
    })
    .join('  \n');
}

function phaseSection(label: string, name: PhaseName, { phases }: Experiment['record']): string[] {
  const { commandLine, text } = phases[name];
  return [
    `### ${name.toUpperCase()}`,
    ...profileKinds.map((kind) => picture(label, `${kind}-${name}`, graphTitle(kind, name))),
    `\`\`\`\n${commandLine}\n${text}\`\`\``,
  ];
}

function picture(label: string, name: string, title: string): string {
  return `![${title}](${pictureOf(label, name)})`;
}
