/** A chart on the page: its title, a key with the newest figures, the plot and the table. */
import type { Interval } from '../../../stats/interval.js';
import { type Chart, type ChartData, dataOf } from '../charts/chart.js';
import { type Dom, make } from '../dom.js';
import { formatFigure, formatTime } from '../format.js';

import { Plot } from './plot.js';
import { ChartTable } from './table.js';

export class Figure {
  readonly #chart: Chart;
  readonly #element: Dom;
  readonly #figures: readonly Dom[];
  readonly #at = make('small');
  readonly #table: ChartTable;
  readonly #plot: Plot;
  #data: ChartData = { timesMs: [], values: [] };
  #pointed: number | undefined;

  constructor(chart: Chart, parent: Dom) {
    this.#chart = chart;
    this.#figures = chart.lines.map(() => make('b', {}, '–'));
    const title = make('h3', {}, `${chart.title} `, make('small', {}, chart.unit), ' ', this.#at);
    const key = make(
      'ul',
      { class: 'legend' },
      ...chart.lines.map(({ label }, index) => {
        const line = make('span', { class: `key k${index}`, 'aria-hidden': 'true' });
        return make('li', {}, line, `${label} `, this.#figures[index] as Dom);
      }),
    );
    const picture = {
      class: 'plot',
      role: 'img',
      'aria-label': `Chart of ${chart.title}; its table follows`,
    };
    const holder = make('div', picture);
    this.#table = new ChartTable(chart);
    this.#element = make('figure', {}, title, key, holder, this.#table.element);
    parent.append(this.#element);
    this.#plot = new Plot(chart, holder, (index) => {
      this.#pointed = index;
      this.#showFigures();
    });
  }

  /** Its figures, for whoever looks at the page from a console. */
  get data(): ChartData & { readonly title: string } {
    return { title: this.#chart.title, ...this.#data };
  }

  show(seconds: readonly Interval[], windowSeconds: number): void {
    this.#data = dataOf(this.#chart, seconds);
    const { values } = this.#data;
    const isEmpty = values.every((line) => line.every((value) => value === null));
    this.#element.classList.toggle('none', isEmpty);
    this.#plot.show(this.#data, 1000 * windowSeconds);
    this.#table.show(this.#data);
    this.#showFigures();
  }

  /** Those of the second that is pointed at, or the newest. */
  #showFigures(): void {
    const { timesMs, values } = this.#data;
    const pointedMs = this.#pointed === undefined ? undefined : timesMs[this.#pointed];
    const index = pointedMs === undefined ? timesMs.length - 1 : this.#pointed;
    this.#at.textContent = pointedMs === undefined ? '' : `at ${formatTime(pointedMs)}`;
    for (const [line, figure] of this.#figures.entries())
      figure.textContent = formatFigure(values[line]?.[index ?? 0]);
  }
}
