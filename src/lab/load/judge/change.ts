/** One figure of two runs: how far it changed, and whether that is a change at all. */

export interface Row {
  readonly figure: string;
  readonly unit: 'µs' | '/s' | '%';
  readonly before: number;
  readonly after: number;
  /** after − before, in the unit. */
  readonly change: number;
  /** Of before; undefined where that is 0. */
  readonly changeShare?: number;
  /** Shown only: a chance figure, or one of runs at different rates. */
  readonly judgement: 'same' | 'better' | 'worse' | 'not judged';
}

export interface Scale {
  /** False: the figure is shown only. */
  readonly judged: boolean;
  /** Share of the figure before by which it may change. */
  readonly tolerance: number;
  /** In the unit; it may change by as much whatever the tolerance. */
  readonly floor: number;
  readonly moreIsBetter?: true;
}

export function row(figures: Pick<Row, 'figure' | 'unit' | 'before' | 'after'>, scale: Scale): Row {
  const { before, after } = figures;
  const change = after - before;
  return {
    ...figures,
    change,
    ...(before !== 0 && { changeShare: change / before }),
    judgement: judgementOf(change, before, scale),
  };
}

function judgementOf(change: number, before: number, scale: Scale): Row['judgement'] {
  if (!scale.judged) return 'not judged';
  if (Math.abs(change) <= Math.max(scale.floor, before * scale.tolerance)) return 'same';
  return change > 0 === (scale.moreIsBetter ?? false) ? 'better' : 'worse';
}
