/** A profile as a flame graph: what each frame costs, alone and with what it called. */
import type { Heading } from '../../svg/chart.js';
import { formatAmount, formatCount, formatSeconds, formatShare, requestsOf } from '../amount.js';
import { kinds, perRequests } from '../kinds.js';
import type { Frame, FrameKind, Profile } from '../profile.js';
import { buildTree, type Tree, type TreeNode } from '../tree.js';
import { drawGraph, type GraphFrame, inlineParts, layoutBounds } from './draw-graph.js';
import { type Layout, layOut } from './layout.js';
import { classOf, kindStyles } from './palette.js';

/** The root has no frame. */
type Node = Tree & Partial<Pick<TreeNode, 'frame'>>;

const colours = kindStyles.map(({ className, colour }) => `.${className}{fill:${colour}}`);
const style = `.r{fill:#e6e9ed}${colours.join('')}`;

/** The text in the `<style>` and the `<script>` of each flame graph. */
export function flameGraphParts() {
  return inlineParts(style);
}

/** @returns an SVG document, the same for equal input */
export function renderFlameGraph(profile: Profile, heading: Heading): string {
  const tree = buildTree(profile);
  const { divisor, unit } = perRequests(profile.kind, profile.requests);
  const amount = (value: number) => formatAmount(value / divisor, profile.kind);
  const share = (value: number) => formatShare(tree.inclusive === 0 ? 0 : value / tree.inclusive);
  const layout = layOut<Node>(tree, {
    ...layoutBounds,
    weightOf: ({ inclusive }) => inclusive,
  });
  const ownOf = (kind: FrameKind) => selfByKind(tree).get(kind) ?? 0;
  const kinds = kindStyles.filter(({ kind }) => ownOf(kind) > 0);
  return drawGraph({
    ...heading,
    facts: [factsOf(profile, tree).join(' · ')],
    legend: kinds.map(({ kind, className, label }) => ({
      className,
      label: `${label} ${share(ownOf(kind))}`,
    })),
    layout,
    frameOf: ({ frame, self, inclusive, samples }): GraphFrame => ({
      className: frame === undefined ? 'r' : classOf(frame.kind),
      label: frame === undefined ? 'all' : labelOf(frame),
      figure: frame === undefined ? `${amount(inclusive)}${unit}` : share(inclusive),
      lines: [
        ...(frame?.file === undefined ? [] : [placeOf(frame)]),
        `${amount(inclusive)}${unit}, self ${amount(self)} (${share(self)})`,
        `${formatCount(samples)} samples`,
      ],
    }),
    notes: notesOf(profile, layout),
    style,
    data: {},
  });
}

/** Anonymous functions are told by their place. */
export function labelOf({ name, file, line }: Frame): string {
  if (file === undefined || !/^\(?anonymous\)?$/.test(name)) return name;
  return `${name} ${file.replace(/^.*[\\/]/, '')}${line === undefined ? '' : `:${line}`}`;
}

export function placeOf({ file = '', line }: Frame): string {
  return line === undefined ? file : `${file}:${line}`;
}

function factsOf(profile: Profile, { inclusive, samples }: Tree): string[] {
  const { kind, durationUs } = profile;
  const requests = requestsOf(profile);
  const what = kinds[kind].total;
  const { divisor, unit } = perRequests(kind, requests);
  const total =
    requests === undefined
      ? [`${formatAmount(inclusive, kind)} ${what}`]
      : [
          `${formatAmount(inclusive / divisor, kind)} ${what}${unit}`,
          `${formatCount(requests)} requests`,
          `${formatAmount(inclusive, kind)} in all`,
        ];
  return [...total, `${formatCount(samples)} samples in ${formatSeconds(durationUs)}`];
}

function notesOf({ kind, notes = [] }: Profile, { thin, deep }: Layout<Node>): string[] {
  const width = `a frame is as wide as ${kinds[kind].width} all above it`;
  return [
    `Callers stand below what they call; ${width}. The legend's shares are of self.`,
    ...hiddenNotes(thin, deep),
    ...notes.map((note) => `Note: ${note}.`),
  ];
}

/** Names what is missing from the picture. */
export function hiddenNotes(thin: number, deep: number): string[] {
  const above = `frames above level ${layoutBounds.maxRows} are not drawn.`;
  return [
    ...(thin > 0 ? [`${formatCount(thin)} thinner frames are not drawn.`] : []),
    ...(deep > 0 ? [`${formatCount(deep)} ${above}`] : []),
  ];
}

function selfByKind(root: Node): Map<FrameKind, number> {
  const sums = new Map<FrameKind, number>();
  const open = [root];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    const { frame, self, children } = node;
    if (frame !== undefined) sums.set(frame.kind, (sums.get(frame.kind) ?? 0) + self);
    for (const child of children) open.push(child);
  }
  return sums;
}
