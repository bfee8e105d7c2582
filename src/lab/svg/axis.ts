/** Scales and ticks of the plots: from a value to a pixel, and which values are worth a line. */

export interface Scale {
  /** The pixel of a value. */
  readonly at: (value: number) => number;
  readonly ticks: readonly number[];
}

/** Values over a range wider than this are drawn on a logarithmic axis. */
const logFrom = 100;

/** From 0 to a round value above `most`. */
export function linear(most: number, from: number, to: number): Scale {
  const step = roundStep(most / 4);
  const top = Math.max(step, Math.ceil(most / step) * step);
  const ticks = Array.from({ length: Math.round(top / step) + 1 }, (_, index) => index * step);
  return { at: (value) => from + ((to - from) * value) / top, ticks };
}

/** From the power of ten below `least` to a round value above `most`; less stands at the edge. */
export function logarithmic(least: number, most: number, from: number, to: number): Scale {
  const low = Math.floor(Math.log10(least));
  const high = Math.max(low + 1, Math.log10(roundStep(most)));
  const at = (value: number) =>
    from + ((to - from) * (Math.log10(Math.max(value, 10 ** low)) - low)) / (high - low);
  const powers = Array.from(
    { length: Math.floor(high + 1e-9) - low + 1 },
    (_, index) => 10 ** (low + index),
  );
  return { at, ticks: Number.isInteger(high) ? powers : [...powers, roundStep(most)] };
}

/** Logarithmic if the values need it. Zeros and less do not count for that. */
export function scaleFor(values: readonly number[], from: number, to: number): Scale {
  const positive = values.filter((value) => value > 0);
  const most = positive.reduce((a, b) => Math.max(a, b), 0);
  const least = positive.reduce((a, b) => Math.min(a, b), most);
  return most > logFrom * least ? logarithmic(least, most, from, to) : linear(most || 1, from, to);
}

/** 1, 2 or 5 of a power of ten, not below it. */
function roundStep(atLeast: number): number {
  const power = 10 ** Math.floor(Math.log10(atLeast));
  const step = [1, 2, 5, 10].find((multiple) => multiple * power >= atLeast * (1 - 1e-9)) ?? 10;
  return step * power;
}

/** 0.25, 3, 1 000: without digits that binary fractions leave behind. */
export function tickText(value: number): string {
  const text = String(Number(value.toPrecision(6)));
  return text.replace(/\B(?=(\d{3})+$)/g, text.includes('.') ? '' : '\u00a0');
}
