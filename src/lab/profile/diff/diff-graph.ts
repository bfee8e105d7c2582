/**
 * A difference as a flame graph. A frame is as wide as the larger of what it took by itself before
 * and after, plus the widths of what it calls: so vanished frames are there too (dashed), nothing
 * overlaps, and where nothing changed the picture is the flame graph of either.
 */
import type { Heading } from '../../svg/chart.js';
import { ink } from '../../svg/svg.js';
import {
  formatAmount,
  formatCount,
  formatDelta,
  formatShare,
  formatShareDelta,
} from '../amount.js';
import { drawGraph, type GraphFrame, layoutBounds } from '../flame/draw-graph.js';
import { hiddenNotes, labelOf, placeOf } from '../flame/flame-graph.js';
import { layOut } from '../flame/layout.js';
import { kinds, perRequests } from '../kinds.js';
import { type DiffNode, type DiffProfile, delta, isNoise, sigmas, threshold } from './diff.js';
import { scaleStyle, stepOf } from './diff-colours.js';

const steps = [
  { className: 's3', says: (most: string) => `shrank, by up to ${most}` },
  { className: 's1', says: () => 'by less' },
  { className: 'g1', says: () => 'grew' },
  { className: 'g3', says: (most: string) => `by up to ${most}` },
];

/** @returns an SVG document, the same for equal input */
export function renderDiffFlameGraph(diff: DiffProfile, heading: Heading): string {
  const widths = widthsOf(diff.root);
  const layout = layOut(diff.root, {
    ...layoutBounds,
    weightOf: (node) => widths.get(node) ?? 0,
  });
  const largest = [...widths.keys()]
    .filter(({ inclusive }) => !isNoise(inclusive))
    .reduce((most, { inclusive }) => Math.max(most, Math.abs(delta(inclusive))), 0);
  const { amount, change, unit, number } = formatsOf(diff);
  const { before, after } = diff.root.inclusive;
  const sides = `${amount(before.value)} before, ${amount(after.value)} after${unit}`;
  const counts = [diff.samples.before, diff.samples.after].map(formatCount).join(' and ');
  return drawGraph({
    ...heading,
    facts: [`${sides}: ${verdict(diff, change)} · ${counts} samples`],
    legend: [
      { className: 'z', label: `within the noise, ${sigmas}·√(samples before + after)` },
      ...(largest === 0
        ? []
        : steps.map(({ className, says }) => ({ className, label: says(amount(largest)) }))),
    ],
    layout,
    frameOf: ({ frame, self, inclusive }, width): GraphFrame => {
      const step = stepOf(inclusive, largest);
      const changed = change(delta(inclusive));
      const [was, is] = [inclusive.before.value, inclusive.after.value];
      return {
        // Dashes would hide the colour of a frame hardly wider than they are.
        className: was > 0 && is === 0 && width >= 8 ? `${step} gone` : step,
        label: frame === undefined ? 'all' : labelOf(frame),
        figure: step === 'z' ? '' : changed,
        lines: [
          ...(frame?.file === undefined ? [] : [placeOf(frame)]),
          `self ${amount(self.before.value)} → ${amount(self.after.value)}`,
          `in all ${amount(was)} → ${amount(is)} (${changed})${unit}`,
          `noise up to ${amount(threshold(inclusive))}`,
        ],
        amount: number(delta(inclusive)),
      };
    },
    notes: [
      'Callers stand below what they call. A frame is as wide as the larger of its two selves ' +
        'and all above it; its colour is the change of it and of all above it. Dashed: gone.',
      'Grey: what n samples show is known to within √n of them, and a change counts from ' +
        `${sigmas} times the error of both sides on.`,
      ...hiddenNotes(layout.thin, layout.deep),
    ],
    style: `${scaleStyle}.f .gone rect{stroke:${ink};stroke-width:.8;stroke-dasharray:3 2}`,
    data: {
      'data-unit-of-d': diff.per === 'share' ? 'points' : `${kinds[diff.kind].units[0]}${unit}`,
    },
  });
}

function widthsOf(root: DiffNode): Map<DiffNode, number> {
  const order = [root];
  for (const node of order) for (const child of node.children) order.push(child);
  const widths = new Map<DiffNode, number>();
  // From the leaves on, without recursion: stacks may be deep.
  for (const node of order.reverse()) {
    const own = Math.max(node.self.before.value, node.self.after.value);
    const width = node.children.reduce((sum, child) => sum + (widths.get(child) ?? 0), own);
    widths.set(node, width);
  }
  return widths;
}

/** How a difference's values are written: amounts per request, or shares and points. */
export function formatsOf({ kind, per }: DiffProfile) {
  return per === 'share'
    ? {
        amount: formatShare,
        change: formatShareDelta,
        unit: '',
        number: (value: number) => round(100 * value),
      }
    : {
        amount: (value: number) => formatAmount(value, kind),
        change: (value: number) => formatDelta(value, kind),
        unit: perRequests(kind, 1).unit,
        number: round,
      };
}

function verdict({ root, per }: DiffProfile, change: (value: number) => string): string {
  if (per === 'share') return 'shares of each total';
  const difference = delta(root.inclusive);
  const before = root.inclusive.before.value;
  const share = formatShareDelta(difference / before).replace('points', '%');
  const noise = isNoise(root.inclusive) ? ', which is within the noise' : '';
  return `${change(difference)}${before === 0 ? '' : ` (${share})`}${noise}`;
}

function round(value: number): number {
  return Number(value.toFixed(4));
}
