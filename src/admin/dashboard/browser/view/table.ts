/**
 * A chart as a table, for screen readers and for exact figures. It is filled while it is open. Rows
 * stay as they are when others come and go, so that a reader keeps the place.
 */
import type { Chart, ChartData } from '../charts/chart.js';
import { type Dom, type DomDetails, make } from '../dom.js';
import { formatFigure, formatTime } from '../format.js';

const noData: ChartData = { timesMs: [], values: [] };

export class ChartTable {
  readonly element: Dom;
  readonly #details: DomDetails;
  readonly #body = make('tbody');
  /** By time, rising. */
  readonly #rows = new Map<number, Dom>();
  #data = noData;

  constructor({ title, unit, lines }: Chart) {
    const head = ['Time', ...lines.map(({ label }) => label)];
    const table = make(
      'table',
      {},
      make('caption', {}, `${title}, ${unit}, newest first`),
      make('thead', {}, make('tr', {}, ...head.map((text) => make('th', { scope: 'col' }, text)))),
      this.#body,
    );
    const label = `Table of ${title}`;
    const region = { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': label };
    this.element = make(
      'details',
      {},
      make('summary', { 'aria-label': label }, 'Table'),
      make('div', region, table),
    );
    this.#details = this.element as DomDetails;
    this.element.addEventListener('toggle', () => this.#draw());
  }

  show(data: ChartData): void {
    this.#data = data;
    this.#draw();
  }

  #draw(): void {
    const { timesMs, values } = this.#details.open ? this.#data : noData;
    const [oldestShown] = this.#rows.keys();
    const isLonger = oldestShown !== undefined && (timesMs[0] ?? oldestShown) < oldestShown;
    const kept = new Set(isLonger ? [] : timesMs);
    for (const [time, row] of this.#rows) {
      if (kept.has(time)) continue;
      row.remove();
      this.#rows.delete(time);
    }
    for (const [index, time] of timesMs.entries()) {
      if (this.#rows.has(time)) continue;
      const cells = values.map((line) => make('td', {}, formatFigure(line[index])));
      const row = make('tr', {}, make('th', { scope: 'row' }, formatTime(time)), ...cells);
      this.#rows.set(time, row);
      this.#body.prepend(row);
    }
  }
}
