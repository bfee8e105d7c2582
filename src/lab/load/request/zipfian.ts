/**
 * Ranks whose frequency falls with 1/rank^0.99, YCSB's exponent, by the method of Gray, Sundaresan,
 * Englert, Baclawski and Weinberger, "Quickly generating billion-record synthetic databases"
 * (SIGMOD 1994). It takes one random number per rank, and no table.
 */
import { type Random32, unitInterval } from './random.js';

export const theta = 0.99;

/** Draws ranks from 0, the most frequent, to count − 1. */
export function zipfianRanks(count: number, random: Random32): () => number {
  const zetaCount = zeta(count);
  const alpha = 1 / (1 - theta);
  const eta = (1 - (2 / count) ** (1 - theta)) / (1 - zeta(2) / zetaCount);
  return () => {
    const unit = unitInterval(random);
    const scaled = unit * zetaCount;
    if (scaled < 1) return 0;
    if (scaled < 1 + 0.5 ** theta) return 1;
    return Math.min(count - 1, Math.floor(count * (eta * unit - eta + 1) ** alpha));
  };
}

/** Terms summed one by one; the rest is an integral, and wrong by less than 1e-12. */
const exactTerms = 1000;

/** 1 + 1/2^θ + … + 1/count^θ; by the formula of Euler and Maclaurin where terms are too many. */
export function zeta(count: number): number {
  let sum = 0;
  for (let term = 1; term <= Math.min(count, exactTerms); term++) sum += term ** -theta;
  if (count <= exactTerms) return sum;
  const integral = (count ** (1 - theta) - exactTerms ** (1 - theta)) / (1 - theta);
  const ends = (count ** -theta - exactTerms ** -theta) / 2;
  const slopes = (-theta * (count ** (-theta - 1) - exactTerms ** (-theta - 1))) / 12;
  return sum + integral + ends + slopes;
}
