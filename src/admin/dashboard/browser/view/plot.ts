/** The picture of a chart, by uPlot. Its colours are those of the page, light or dark. */
import type { Chart, ChartData } from '../charts/chart.js';
import { type Dom, page } from '../dom.js';
import { formatFigure, formatTime } from '../format.js';

/** The part of uPlot that is used. Times are in seconds since 1970. */
interface UPlot {
  setData(data: UPlotData): void;
  setSize(size: { width: number; height: number }): void;
  redraw(rebuildPaths: boolean): void;
  readonly cursor: { readonly idx?: number | null };
}
type UPlotData = readonly (readonly (number | null)[])[];

declare const uPlot: new (options: object, data: UPlotData, parent: Dom) => UPlot;

const [dashed, dotted] = [
  [6, 3],
  [2, 3],
];
/** By line, as the key has them. */
const dashes = [[], dashed, dotted, [], dashed];
const axisFont = "11px system-ui,-apple-system,'Segoe UI',Roboto,'DejaVu Sans',Arial,sans-serif";
const minWindowMs = 60_000;

function colour(name: string): string {
  return page.getComputedStyle(page.document.documentElement).getPropertyValue(name);
}

export class Plot {
  readonly #plot: UPlot;
  readonly #parent: Dom;
  /** The lines in the order in which they are drawn: a solid one would hide those below it. */
  readonly #order: readonly number[];
  #data: UPlotData;
  #from = 0;
  #to = 1;

  /** @param onPoint receives the index of the second that is pointed at, undefined for none */
  constructor(chart: Chart, parent: Dom, onPoint: (index: number | undefined) => void) {
    this.#parent = parent;
    const all = chart.lines.map((_, index) => index);
    const isSolid = (index: number) => dashes[index]?.length === 0;
    this.#order = [...all.filter(isSolid), ...all.filter((index) => !isSolid(index))];
    this.#data = [[], ...chart.lines.map(() => [])];
    const options = {
      ...this.#size(),
      legend: { show: false },
      cursor: { y: false, drag: { x: false, y: false }, sync: { key: 'seconds' } },
      padding: [10, 20, 0, 0],
      scales: {
        x: { time: true, range: () => [this.#from, this.#to] },
        y: chart.isLogarithmic
          ? { distr: 3, range: (_: UPlot, min: number | null, max: number) => decades(min, max) }
          : { range: (_: UPlot, _min: number, max: number | null) => [0, max ? max * 1.1 : 1] },
      },
      axes: [
        axis({ space: 70, size: 30, values: (_: UPlot, at: number[]) => at.map(tickTime) }),
        axis({
          space: 28,
          size: 52,
          values: (_: UPlot, at: number[]) => at.map(tickFigure),
          ...(chart.isLogarithmic && { grid: decadeLines, ticks: { ...decadeLines, size: 4 } }),
        }),
      ],
      series: [{}, ...this.#order.map((index) => this.#series(index))],
      hooks: { setCursor: [({ cursor }: UPlot) => onPoint(cursor.idx ?? undefined)] },
    };
    this.#plot = new uPlot(options, this.#data, parent);
    new page.ResizeObserver(() => this.#plot.setSize(this.#size())).observe(parent);
    page
      .matchMedia('(prefers-color-scheme: dark)')
      .addEventListener('change', () => this.#plot.redraw(false));
  }

  /** @param windowMs how far back from the newest; less while there is little to be seen */
  show({ timesMs, values }: ChartData, windowMs: number): void {
    const [oldest = 0, newest = 0] = [timesMs[0], timesMs.at(-1)];
    this.#to = newest / 1000;
    this.#from = Math.max(newest - windowMs, Math.min(oldest, newest - minWindowMs)) / 1000;
    this.#data = [
      timesMs.map((ms) => ms / 1000),
      ...this.#order.map((index) => values[index] ?? []),
    ];
    this.#plot.setData(this.#data);
  }

  #size(): { width: number; height: number } {
    return { width: this.#parent.clientWidth, height: this.#parent.clientHeight };
  }

  #series(index: number): object {
    const stroke = () => colour(`--s${index}`);
    // A figure without neighbours has no line.
    const filter = (_: UPlot, series: number) => lonely(this.#data[series] ?? []);
    const points = { show: true, size: 4, width: 0, stroke, fill: stroke, filter };
    return { stroke, width: 1.6, dash: dashes[index], points };
  }
}

const lines = { stroke: () => colour('--grid'), width: 1 };
const decadeLines = {
  ...lines,
  filter: (_: UPlot, at: readonly number[]) =>
    at.map((value) => (Number.isInteger(Math.round(1e6 * Math.log10(value)) / 1e6) ? value : null)),
};

function axis(own: object): object {
  const stroke = () => colour('--faint');
  return { stroke, font: axisFont, gap: 4, grid: lines, ticks: { ...lines, size: 4 }, ...own };
}

/** From whole power of ten to whole power of ten. */
function decades(min: number | null, max: number): [number, number] {
  if (min === null) return [0.1, 10];
  const [from, to] = [Math.floor(Math.log10(min)), Math.ceil(Math.log10(max))];
  return [10 ** from, 10 ** Math.max(to, from + 1)];
}

function lonely(values: readonly (number | null)[]): number[] {
  return values.flatMap((value, index) => {
    const isAlone = (values[index - 1] ?? null) === null && (values[index + 1] ?? null) === null;
    return value !== null && isAlone ? [index] : [];
  });
}

function tickTime(seconds: number): string {
  return formatTime(1000 * seconds);
}

/** null: it would stand too near to another. */
function tickFigure(value: number | null): string {
  return value === null ? '' : formatFigure(value);
}
