/** RESULTS.md: every part as it was measured last, with what it was measured on. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Bar, holds, type Part, type Table } from '../part.js';
import type { PartRecord } from './records.js';

export interface Entry {
  readonly name: string;
  readonly part: Part;
  /** Undefined: never measured. */
  readonly record: PartRecord | undefined;
}

export function writeDocument(out: string, entries: readonly Entry[]): void {
  mkdirSync(join(out, 'results'), { recursive: true });
  const sections = entries.map((entry) => section(out, entry));
  const head = `# What was measured

Written by \`npm run bench\`; the figures behind it are in [results/](results). Peers are started fresh and in turn, the order reversed each
round. Compare within a table: the machine is shared, so figures differ more between days than within one.

Not covered: every combination of connections, sizes and orders of keys (the tables show those that were taken), more than one machine,
TLS, values beyond 4 KiB, and DELETE. GET and PUT are never mixed.
`;
  writeFileSync(join(out, 'RESULTS.md'), [head, ...sections].join('\n'));
}

function section(out: string, { name, part, record }: Entry): string {
  if (record === undefined)
    return `## ${part.title}\n\nNot measured yet: \`npm run bench -- --only ${name}\`.\n`;
  const { measured } = record;
  const { intro, tables, bars, plots } = measurable(record) ? part.section(measured) : nothing;
  for (const [file, svg] of Object.entries(plots)) writeFileSync(join(out, 'results', file), svg);
  const pictures = Object.keys(plots).map((file) => `![${part.title}](results/${file})\n`);
  return [
    `## ${part.title}\n`,
    ...(intro === '' ? [] : [`${intro}\n`]),
    ...tables.map(tableText),
    ...pictures,
    ...bars.map((bar) => `- ${barText(bar)}`),
    ...measured.skipped.map((what) => `- Not measured: ${what}.`),
    `${bars.length + measured.skipped.length > 0 ? '\n' : ''}${stampText(name, record)}\n`,
  ].join('\n');
}

const nothing = { intro: '', tables: [], bars: [], plots: {} };

/** All of a part may have been left out. */
export function measurable({ measured }: PartRecord): boolean {
  return Object.keys(measured.groups).length > 0;
}

export function barText(bar: Bar): string {
  const { what, value, limit, sense, unit } = bar;
  const digits = (number: number) => String(Number(number.toFixed(2)));
  const behind = unit === undefined ? '' : ` ${unit}`;
  return `${holds(bar) ? 'Held' : '**Missed**'}: ${what} is to be ${sense} ${digits(limit)}${behind}, and is ${value.toFixed(2)}${behind}`;
}

function tableText({ head, rows }: Table): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  const [, ...others] = head;
  return `${[line(head), line(['---', ...others.map(() => '---:')]), ...rows.map(line)].join('\n')}\n`;
}

function stampText(name: string, record: PartRecord): string {
  const { measuredAt, commit, machine, fdatasyncUs, versions, measured } = record;
  const { cores, cpu, kernel, node, disk, memoryBytes } = machine;
  const gibibytes = `${(memoryBytes / 1024 ** 3).toFixed(0)} GiB`;
  const where = [
    `${cores} × ${cpu}`,
    gibibytes,
    kernel,
    `Node ${node}`,
    ...(disk === undefined ? [] : [disk]),
  ];
  const sync = `fdatasync p50 ${Math.round(fdatasyncUs.p50)} µs, p99 ${Math.round(fdatasyncUs.p99)} µs`;
  const pairs = (values: Readonly<Record<string, string | number>>) =>
    Object.entries(values).map(([key, value]) => `${key} ${value}`);
  const all = [...where, sync, ...pairs(versions), ...pairs(measured.settings)];
  return `<sub>\`--only ${name}\`, ${measuredAt.slice(0, 16).replace('T', ' ')} UTC, commit ${commit}: ${all.join(', ')}.</sub>`;
}
