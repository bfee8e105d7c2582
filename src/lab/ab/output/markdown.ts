/** A comparison as Markdown: for a comment on a change, or a step summary of GitHub. */
import { printable } from '../../load/printable.js';
import type { AbRecord } from '../ab-record.js';
import {
  aboutOf,
  amountOf,
  intervalOf,
  judgementOf,
  nameOf,
  outcomeOf,
  signed,
  smallestOf,
} from './words.js';

const signs = { worse: '❌', better: '✅', same: '✅', "can't tell": '❔', unfair: '❔' } as const;

export function formatMarkdown(record: AbRecord): string {
  const rows = record.changes.map((change) =>
    tableRow([
      nameOf(change.figure),
      amountOf(change.figure, change.a),
      amountOf(change.figure, change.b),
      signed(change.change),
      intervalOf(change),
      smallestOf(change),
      change.judgement === 'worse' ? `**${judgementOf(change)}**` : judgementOf(change),
    ]),
  );
  const { cpu, cores, platform, node } = record.machine;
  return `### ${signs[record.outcome]} ${outcomeOf(record)}

| | A | B | change | interval | smallest change found | |
| --- | ---: | ---: | ---: | ---: | ---: | --- |
${rows.join('\n')}

${aboutOf(record)}

- A: ${code(record.a)}
- B: ${code(record.b)}
- ${text(`${cpu}, ${cores} cores, ${platform}, Node ${node}`)}
${record.repeated.map(repeatedLine).join('')}`;
}

function repeatedLine({ build, reason }: AbRecord['repeated'][number]): string {
  return `- A run of ${build.toUpperCase()} was made again: ${text(reason)}\n`;
}

function tableRow(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

/** The words of a program are not markup. */
function text(said: string): string {
  return printable(said).replace(/[\\`*_{}[\]<>|#&!]/g, '\\$&');
}

function code(said: string): string {
  const clean = printable(said);
  const longest = Math.max(0, ...[...clean.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence} ${clean} ${fence}`;
}
