/** The flags of `evenkeel ab`: its own, and those of `load` that say what is sent. */
import { tmpdir } from 'node:os';
import { optional, text, UsageError, withDefault } from '../../config/parsers.js';
import { loadLimits } from '../../lab/load/load-options.js';
import { outputFile } from '../args/files.js';
import { on, type Values } from '../args/flags.js';
import { duration, percentage } from '../args/units.js';
import { type LoadValues, ourFlags, wrkFlags } from '../load/load-flags.js';

const second = 1000;

export const abFlags = {
  a: {
    value: 'COMMAND',
    help: 'starts the server to compare with; {port} and {dir} are filled in',
    ...optional(text('a command such as "node a.js {port}"')),
  },
  b: {
    value: 'COMMAND',
    help: 'starts the server that may have changed',
    ...optional(text('a command such as "node b.js {port}"')),
  },
  dir: {
    value: 'DIR',
    help: 'where each {dir} is made, and removed again',
    ...withDefault(text('a directory'), tmpdir(), 'for temporary files'),
  },
  budget: {
    value: 'T',
    help: 'longest time for all rounds; it ends sooner when all is decided',
    ...withDefault(duration(second, loadLimits.durationMs), 600 * second, '10m'),
  },
  tolerance: {
    value: 'PERCENT',
    help: 'a change within it does not matter',
    ...withDefault(percentage, 0.05, '5%'),
  },
  alarms: {
    value: 'PERCENT',
    help: 'share of comparisons of equal builds that may find a change',
    ...withDefault(alarmShare, 0.05, '5%'),
  },
  warmup: {
    value: 'T',
    help: 'of each run: sends at the same rate, and records nothing of it',
    ...withDefault(duration(0, loadLimits.durationMs), 2 * second, '2s'),
  },
  json: { value: 'FILE', help: 'writes the record with all rounds', ...optional(outputFile) },
  markdown: { value: 'FILE', help: 'writes the table as Markdown', ...optional(outputFile) },
  junit: { value: 'FILE', help: 'writes a test for each figure', ...optional(outputFile) },
  github: on('adds the table to the step summary of GitHub, and an annotation'),
};

function alarmShare(given: string): number {
  const share = percentage(given);
  if (!(share >= 0.001 && share <= 0.2)) throw new UsageError('a percentage from 0.1% to 20%');
  return share;
}

const { latency: _, u_latency, batch_latency, version, ...requestFlags } = wrkFlags;
const { html, hgrm, slo, slow, stages, explain, 'explain-out': out, ...others } = ourFlags;
const { 'find-max': findMax, 'allow-invalid': allowInvalid, json: __, ...more } = others;
const { warmup: ___, ...workFlags } = more;

/** They say what each run sends. */
export const sentFlags = { ...requestFlags, ...workFlags };

const left = {
  ...{ latency: _, u_latency, batch_latency, version },
  ...{
    html,
    hgrm,
    slo,
    slow,
    stages,
    explain,
    'explain-out': out,
    'find-max': findMax,
    'allow-invalid': allowInvalid,
    json: __,
  },
};

export type AbValues = Values<typeof abFlags> & Values<typeof sentFlags>;

/** The values of all of load's flags: those that ab does not take are absent. */
export function loadValuesOf(values: AbValues): LoadValues {
  const absent = Object.fromEntries(
    Object.entries(left).map(([name, flag]) => [name, flag.fallback]),
  );
  return { ...absent, ...values, json: undefined } as unknown as LoadValues;
}
