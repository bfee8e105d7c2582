/** What the bench measures: which stores, under which loads, how often. */
import type { Cell } from './cell.js';
import type { Order } from './keys.js';
import { variants } from './variants.js';

export interface Load {
  readonly order: Order;
  readonly load: Cell['load'];
}

export interface Comparison {
  readonly title: string;
  /** The first is what the others are compared with. */
  readonly variants: readonly string[];
  readonly loads: readonly Load[];
}

export interface Plan {
  readonly rounds: number;
  readonly entities: number;
  readonly peakSeconds: number;
  readonly rateSeconds: number;
  readonly comparisons: readonly Comparison[];
}

const atRate = (order: Order): Load => ({ order, load: { perSecond: 10_000 } });
const atPeak = (order: Order, inFlight: number): Load => ({ order, load: { inFlight } });
const orders: readonly Order[] = ['rising', 'uniform', 'zipfian'];

const fewLoads = [atPeak('rising', 64), atPeak('uniform', 64), atRate('rising')];
const smaller: Comparison = {
  title: 'Smaller changes, and other shapes of the journal',
  // What nothing synced takes is among the shares.
  variants: Object.keys(variants).filter((name) => name !== 'journal' && name !== 'no sync'),
  loads: fewLoads,
};

export const fullPlan: Plan = {
  rounds: 3,
  entities: 500_000,
  peakSeconds: 2,
  rateSeconds: 2.5,
  comparisons: [
    {
      title: 'The journal',
      variants: ['today', 'journal'],
      loads: orders.flatMap((order) => [
        ...[20, 64, 256].map((inFlight) => atPeak(order, inFlight)),
        atRate(order),
      ]),
    },
    smaller,
  ],
};

export const quickPlan: Plan = {
  rounds: 1,
  entities: 100_000,
  peakSeconds: 1,
  rateSeconds: 1,
  comparisons: [{ title: 'The journal', variants: ['today', 'journal'], loads: fewLoads }, smaller],
};

export function nameOf({ order, load }: Load): string {
  return 'inFlight' in load ? `${order}, ${load.inFlight} in flight` : `${order}, ${load.perSecond}/s`;
}
