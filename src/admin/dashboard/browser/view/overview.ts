/** The server now, and the last minute by operation. */
import type { Interval, OperationInterval } from '../../../stats/interval.js';
import type { Stats } from '../../../stats/stats.js';
import { mainOperations } from '../charts/request-charts.js';
import { byId, type Dom, make } from '../dom.js';
import { formatBytes, formatDuration, formatFigure } from '../format.js';

const heads = ['Requests', 'per second', '4xx, 5xx', 'p50', 'p99', 'p99.9', 'max'];

/** Shown if there were any. */
const labels: Readonly<Record<string, string>> = {
  deleteRange: 'Range deletions',
  batch: 'Batches',
  status: 'Status',
  openapi: 'OpenAPI',
  other: 'Refused early',
};

/** The elements that hold figures, and what they were made for. */
let tiles: Shown = { names: '', cells: [] };
let minuteRows: Shown = { names: '', cells: [] };

interface Shown {
  readonly names: string;
  readonly cells: readonly Dom[];
}

export function showOverview(stats: Stats): void {
  const { version, state, minute } = stats;
  byId('version').textContent = version;
  const badge = byId('state');
  badge.textContent = state;
  badge.className = `state ${state === 'serving' ? 'good' : 'bad'}`;
  tiles = showTiles(tiles, tilesOf(stats));
  minuteRows = showMinute(minuteRows, minute);
}

/** New elements only for new names: a reader would lose the place, each second. */
function showTiles(shown: Shown, figures: readonly (readonly [string, string])[]): Shown {
  const names = figures.map(([name]) => name).join();
  const isNew = names !== shown.names;
  const cells = isNew ? figures.map(() => make('dd')) : shown.cells;
  for (const [index, [, text]] of figures.entries()) setText(cells[index], text);
  if (!isNew) return shown;
  const made = figures.map(([name], index) =>
    make('div', {}, make('dt', {}, name), cells[index] as Dom),
  );
  byId('now').replaceChildren(...made);
  return { names, cells };
}

function setText(element: Dom | undefined, text: string): void {
  if (element && element.textContent !== text) element.textContent = text;
}

function tilesOf({ uptimeSeconds, minute }: Stats): (readonly [string, string])[] {
  const { connections, running, store, process } = minute;
  const { files, entities, queued } = store ?? {};
  const bytes = files && files.dataBytes + files.journalBytes;
  return [
    ['Up for', formatDuration(uptimeSeconds)],
    ['Connections', formatFigure(connections.open)],
    ['Requests running', formatFigure(running)],
    ...(queued ? [['Writes queued', formatFigure(queued.writes)] as const] : []),
    ...(entities ? [['Entities stored', formatFigure(entities.stored)] as const] : []),
    ...(bytes === undefined ? [] : [['Store size', formatBytes(bytes)] as const]),
    ['Resident memory', formatBytes(process.memoryBytes.resident)],
    ['Event loop busy', `${formatFigure(100 * process.loopUtilization)}\u00a0%`],
  ];
}

function showMinute(shown: Shown, { operations }: Interval): Shown {
  const others = Object.keys(labels).filter((name) => Object.hasOwn(operations, name));
  const rows = [
    ...mainOperations,
    ...others.map((name) => ({ name: name as keyof typeof operations, label: labels[name] ?? '' })),
  ];
  const names = rows.map(({ name }) => name).join();
  const isNew = names !== shown.names;
  const figures = rows.flatMap(({ name }) => figuresOf(operations[name]));
  const cells = isNew ? figures.map(() => make('td')) : shown.cells;
  for (const [index, figure] of figures.entries()) setText(cells[index], formatFigure(figure));
  if (!isNew) return shown;
  const columns = heads.length - 1;
  const made = rows.map(({ label }, row) => {
    const own = cells.slice(row * columns, (row + 1) * columns);
    return make('tr', {}, make('th', { scope: 'row' }, label), ...own);
  });
  byId('minute').replaceChildren(
    make('caption', {}, 'The last minute, latencies in ms'),
    make('thead', {}, make('tr', {}, ...heads.map((text) => make('th', { scope: 'col' }, text)))),
    make('tbody', {}, ...made),
  );
  return { names, cells };
}

function figuresOf(operation: OperationInterval | undefined): (number | null | undefined)[] {
  const { perSecond, errors, latencyMs } = operation ?? {};
  const { p50, p99, p999, max } = latencyMs ?? {};
  return [perSecond ?? 0, errors ?? 0, p50, p99, p999, max];
}
