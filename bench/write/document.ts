/** RESULTS.md: the last figures of every part, and the machine they were measured on. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Bar, holds, type Part, type Section, type Table } from '../part.js';
import type { PartRecord } from './records.js';

/** The record is undefined if the part was never measured. */
interface Entry {
  readonly name: string;
  readonly part: Part;
  readonly record: PartRecord | undefined;
}

const head = `# Measurements

\`npm run bench\` writes this document from the figures in [results/](results). Each round starts
fresh peers, one after the other, and every other round reverses their order. Compare figures within
a table: the machine is shared, so they differ more between days than within a day.

Not covered: combinations that no table shows, more than one machine, PUT over TLS and new
connections over it, values above 4 KiB, and DELETE. Only metrics and
random keys of ten minutes mix GET and PUT.
`;

export function writeDocument(out: string, entries: readonly Entry[]): void {
  mkdirSync(join(out, 'results'), { recursive: true });
  const sections = entries.map((entry) => sectionText(out, entry));
  writeFileSync(join(out, 'RESULTS.md'), [head, ...sections].join('\n'));
}

const nothing: Section = { intro: '', tables: [], bars: [] };

function sectionText(out: string, { name, part, record }: Entry): string {
  const title = `## ${part.title}\n`;
  if (record === undefined)
    return `${title}\nNot measured yet: \`npm run bench -- --only ${name}\`.\n`;
  const { measured } = record;
  const { intro, tables, bars, plots = {} } = isMeasured(record) ? part.section(measured) : nothing;
  for (const [file, svg] of Object.entries(plots)) writeFileSync(join(out, 'results', file), svg);
  const lists = [...bars.map(barText), ...measured.skipped.map((what) => `Not measured: ${what}.`)];
  const blocks = [
    title,
    ...(intro === '' ? [] : [`${wrapped(intro)}\n`]),
    ...tables.map(tableText),
    ...Object.keys(plots).map((file) => `![${part.title}](results/${file})\n`),
    ...lists.map((line) => wrapped(`- ${line}`)),
    `${lists.length > 0 ? '\n' : ''}${stampText(name, record)}\n`,
  ];
  return blocks.join('\n');
}

export function isMeasured({ measured }: PartRecord): boolean {
  return Object.keys(measured.groups).length > 0;
}

export function barText(bar: Bar): string {
  const { what, value, limit, sense, unit } = bar;
  const behind = unit === undefined ? '' : ` ${unit}`;
  const [is, target] = [value.toFixed(2), Number(limit.toFixed(2))];
  const verdict = holds(bar) ? 'Held' : '**Missed**';
  return `${verdict}: ${what} is to be ${sense} ${target}${behind}, and is ${is}${behind}`;
}

function tableText({ head, rows }: Table): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  const rule = head.map((_, column) => (column === 0 ? '---' : '---:'));
  return `${[head, rule, ...rows].map(line).join('\n')}\n`;
}

function stampText(name: string, record: PartRecord): string {
  const { measuredAt, commit, machine, fdatasyncUs, versions, measured } = record;
  const { cores, cpu, kernel, node, disk, memoryBytes } = machine;
  const all = [
    `${cores} × ${cpu}`,
    `${(memoryBytes / 1024 ** 3).toFixed(0)} GiB`,
    kernel,
    `Node ${node}`,
    ...(disk === undefined ? [] : [disk]),
    `fdatasync p50 ${Math.round(fdatasyncUs.p50)} µs, p99 ${Math.round(fdatasyncUs.p99)} µs`,
    ...Object.entries({ ...versions, ...measured.settings }).map(([key, is]) => `${key} ${is}`),
  ];
  const when = `${measuredAt.slice(0, 16).replace('T', ' ')} UTC`;
  return wrapped(`<sub>\`--only ${name}\`, ${when}, commit ${commit}: ${all.join(', ')}.</sub>`);
}

/** In lines of up to 100 columns. */
const wrapped = (text: string) =>
  text
    .replaceAll('\n', ' ')
    .replace(/(.{1,100})(?: |$)/g, '$1\n')
    .trimEnd();
