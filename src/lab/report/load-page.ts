/** A load run as one HTML page that needs nothing else: verdict, figures, plots and settings. */

import { formatOutcome } from '../load/judge/slo.js';
import { formatConnections } from '../load/result/connections-text.js';
import type { Distribution, LoadRecord, SloOutcome } from '../load/result/load-record.js';
import { formatStage } from '../load/result/stage-text.js';
import { faint, hairline, ink, mono, paper, sans, xml } from '../svg/svg.js';
import { renderPercentilePlot } from './plot/percentiles.js';
import { renderTimeline } from './plot/timeline.js';

/** With more of them, their lines could not be told apart. */
const maxDrawnStages = 3;

const style = `body{margin:2rem auto;max-width:1200px;padding:0 1rem;color:${ink};
background:${paper};font:15px/1.5 ${sans}}h1{font-size:1.5rem;margin:0}h2{font-size:1.1rem}
table{border-collapse:collapse;font-variant-numeric:tabular-nums}
td,th{padding:.2rem .9rem .2rem 0;text-align:right;border-bottom:1px solid ${hairline}}
td:first-child,th:first-child{text-align:left}th{color:${faint};font-weight:400}
code{font:13px ${mono}}.about{color:${faint}}.good{color:#116329}.bad{color:#a40e26}
.open{color:#7d4e00}svg{max-width:100%;height:auto;display:block;margin:1rem 0}`;

/** @returns an HTML document, the same for equal input; it loads nothing */
export function formatLoadPage(record: LoadRecord): string {
  const { options, startedAt, latency, stages = [] } = record;
  const title = `Load on ${options.url}`;
  const about = `${startedAt}, ${rateOf(record)} over ${formatConnections(options)}`;
  const drawn = stages.length <= maxDrawnStages ? stages : [];
  const percentiles = renderPercentilePlot(
    [
      { name: 'run', percentiles: latency.percentiles },
      ...drawn.map((stage, index) => ({
        name: `stage ${index + 1}`,
        percentiles: stage.latency.percentiles,
      })),
    ],
    { title: 'Latency by percentile', subtitle: about },
  );
  const seconds = [{ name: options.url, seconds: record.timeline }];
  const timeline = renderTimeline(seconds, { title: 'Each second', subtitle: about });
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${xml(title)}</title><style>${style}</style></head><body>
<h1>${xml(title)}</h1><p class="about">${xml(about)}</p>
${verdict(record)}
${inline(percentiles)}
${inline(timeline)}
${stages.length > 0 ? `<h2>Stages</h2>${stageTable(record)}` : ''}
${explanation(record)}
<h2>Where the time went</h2>${partsTable(record)}
<h2>Requests</h2>${requestTable(record)}
<h2>Settings</h2>${settings(record)}
</body></html>
`;
}

function rateOf({ options }: LoadRecord): string {
  const rate = `${Number(options.ratePerSecond.toFixed(1))} requests per second`;
  const how = options.arrivals ? ', at random,' : '';
  return options.stages
    ? `${rate} on average in ${options.stages.length} stages${how}`
    : rate + how;
}

function verdict({ verdict: { valid }, verdict: whole, slo }: LoadRecord): string {
  const reasons = whole.valid ? [] : whole.reasons;
  return [
    `<p><strong class="${valid ? 'good' : 'bad'}">${valid ? 'Valid' : 'Not valid'}</strong></p>`,
    list(reasons.map((reason) => xml(reason))),
    list(slo.map(outcome)),
  ].join('');
}

function outcome(clause: SloOutcome): string {
  const [word, kind] = clause.held
    ? ['held', 'good']
    : clause.undecided
      ? ["can't tell", 'open']
      : ['missed', 'bad'];
  const where = clause.stage === undefined ? '' : ` in stage ${clause.stage}`;
  return `<strong class="${kind}">${xml(word)}</strong>${where}: ${xml(formatOutcome(clause))}`;
}

function stageTable({ stages = [] }: LoadRecord): string {
  const rows = stages.map((stage, index) => [
    `${index + 1}: ${formatStage(stage)}`,
    String(stage.due),
    stage.answeredPerSecond.toFixed(1),
    ...timesOf(stage.latency),
    String(Object.values(stage.errors).reduce((sum, count) => sum + count, 0)),
  ]);
  return table(['stage', 'due', 'responses/s', ...timeHeads, 'errors'], rows);
}

function explanation({ explanation: found }: LoadRecord): string {
  if (found === undefined) return '';
  const rows = found.causes.map(({ cause, requests, share, worstUs, frame = '', example }) => [
    cause,
    String(requests),
    `${(100 * share).toFixed(1)} %`,
    (worstUs / 1000).toFixed(3),
    frame === '' ? example.seen : `${frame}: ${example.seen}`,
  ]);
  const heads = ['cause', 'requests', 'share', 'worst, ms', 'of the worst one'];
  const of = `${(found.fromUs / 1000).toFixed(3)} ms or more`;
  return `<h2>Why requests of ${of} were slow</h2>${table(heads, rows)}`;
}

function partsTable(record: LoadRecord): string {
  const parts = [
    ['latency, from when it was due', record.latency],
    ['wait for the response before it', record.wait],
    ['lag of the generator', record.lag],
    ['service, from sent to answered', record.service],
    ...(record.latencyWithoutLag
      ? ([['latency without the lag: lower bounds', record.latencyWithoutLag]] as const)
      : []),
  ] as const;
  const rows = parts.map(([name, distribution]) => [name, ...timesOf(distribution)]);
  return table(['ms', ...timeHeads], rows);
}

function requestTable(record: LoadRecord): string {
  const { requests, errors, unanswered, causes, bytesRead } = record;
  return table(
    ['', ''],
    [
      ['sent', String(requests.sent)],
      ['answered', `${requests.completed} (${requests.completedPerSecond.toFixed(1)}/s)`],
      ['bytes read', String(bytesRead)],
      ...Object.entries(errors).map(([kind, count]) => [`failed: ${kind}`, String(count)]),
      ['in flight at the end', String(unanswered.inFlight)],
      ['due but unsent at the end', String(unanswered.unsent)],
      ...causes.map(({ text, count }) => [text, String(count)]),
    ],
  );
}

function settings({ options, machine }: LoadRecord): string {
  const { cpu, cores, node, platform } = machine;
  return (
    `<p><code>${xml(JSON.stringify(options))}</code></p>` +
    `<p class="about">${xml(`Sent by ${cpu}, ${cores} cores, ${platform}, Node ${node}`)}</p>`
  );
}

const shown = [50, 90, 99, 99.9, 100];
const timeHeads = ['p50', 'p90', 'p99', 'p99.9', 'max', 'mean'];

/** In ms. */
function timesOf({ percentiles, meanUs }: Distribution): string[] {
  const values = shown.map((wanted) => percentiles.find((one) => one.percentile === wanted));
  return [...values.map((one) => one?.valueUs), meanUs].map((us) =>
    us === undefined ? '' : (us / 1000).toFixed(3),
  );
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = (name: string, row: readonly string[]) =>
    `<tr>${row.map((cell) => `<${name}>${xml(cell)}</${name}>`).join('')}</tr>`;
  const head = heads.some((cell) => cell !== '') ? cells('th', heads) : '';
  return `<table>${head}${rows.map((row) => cells('td', row)).join('\n')}</table>`;
}

function list(items: readonly string[]): string {
  return items.length === 0 ? '' : `<ul>${items.map((item) => `<li>${item}</li>`).join('')}</ul>`;
}

/** A picture as a part of a page: without the declaration of an XML document. */
function inline(svg: string): string {
  return svg.replace(/^<\?xml[^>]*\?>\s*/, '');
}
