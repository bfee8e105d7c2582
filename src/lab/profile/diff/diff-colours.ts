/**
 * The colours of a difference: red grew, blue shrank, grey is noise; the stronger, the larger. Red
 * and blue are the pair that all the usual colour blindnesses tell apart, and dark text reads on
 * every step.
 */
import { type Change, delta, isNoise } from './diff.js';

export const grew = ['#fde0d9', '#fbb9a8', '#f48c76', '#ea6a55'];
export const shrank = ['#dcebfa', '#aed2f5', '#79b4ee', '#5b9be0'];
export const same = '#e3e6ea';

/** Bounds of the steps, as parts of the largest difference in the picture. */
const bounds = [1 / 16, 1 / 4, 1 / 2];

/** `g0` to `g3`, `s0` to `s3`, or `z` */
export function stepOf(change: Change, largest: number): string {
  const difference = delta(change);
  if (difference === 0 || isNoise(change)) return 'z';
  const part = Math.abs(difference) / largest;
  const step = bounds.filter((bound) => part >= bound).length;
  return `${difference > 0 ? 'g' : 's'}${step}`;
}

export const scaleStyle = [
  `.z{fill:${same}}`,
  ...grew.map((colour, step) => `.g${step}{fill:${colour}}`),
  ...shrank.map((colour, step) => `.s${step}{fill:${colour}}`),
].join('');
