/** A profile to be read as text: for a pull request's comment, or by a program that writes code. */
import { formatAmount, formatCount, formatSeconds, formatShare } from './amount.js';
import { formatTopFrames } from './frame-table.js';
import { kinds, perRequests } from './kinds.js';
import type { Frame, Profile, Stack } from './profile.js';
import { compareFrames, exactly } from './tree.js';

export interface MarkdownOptions {
  readonly title: string;
  /** Figures of the process, a line each. */
  readonly facts?: readonly string[];
}

const topFrameCount = 15;
const hotStackCount = 8;
/** The outermost and the innermost frames of a stack that are shown. */
const shown = { outer: 3, inner: 14 };

export function formatMarkdown(profile: Profile, { title, facts = [] }: MarkdownOptions): string {
  const { notes = [] } = profile;
  return [
    `# ${title}`,
    '',
    ...facts.map((fact) => `- ${fact.replace(/ {2,}/g, ': ')}`),
    ...notes.map((note) => `- Note: ${note}.`),
    ...(facts.length + notes.length > 0 ? [''] : []),
    '## Functions by their own share',
    '',
    formatTopFrames(profile, topFrameCount),
    '## Hot stacks',
    '',
    ...hotStacks(profile, hotStackCount).flatMap((stack) => [describe(stack, profile), '']),
  ].join('\n');
}

interface HotStack extends Stack {
  /** Share of the profile's total, 0 to 1. */
  readonly share: number;
}

/** At most `n`, the most expensive first; equal stacks are one. */
export function hotStacks({ stacks }: Pick<Profile, 'stacks'>, n: number): HotStack[] {
  const sums = new Map<string, { frames: readonly Frame[]; value: number; samples: number }>();
  let total = 0;
  for (const { frames, value, samples } of stacks) {
    total += value;
    const key = frames.map(exactly).join();
    const sum = sums.get(key) ?? { frames, value: 0, samples: 0 };
    sum.value += value;
    sum.samples += samples;
    sums.set(key, sum);
  }
  return [...sums.values()]
    .filter(({ value }) => value > 0)
    .sort((a, b) => b.value - a.value || compareStacks(a.frames, b.frames))
    .slice(0, n)
    .map((stack) => ({ ...stack, share: stack.value / total }));
}

function compareStacks(a: readonly Frame[], b: readonly Frame[]): number {
  for (const [index, frame] of a.entries()) {
    const other = b[index];
    const order = other === undefined ? 1 : compareFrames(frame, other);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

function describe({ frames, value, samples, share }: HotStack, profile: Profile): string {
  const { divisor, unit } = perRequests(profile.kind, profile.requests);
  const amount = `${formatAmount(value / divisor, profile.kind)}${unit}`;
  return [
    `${formatShare(share)} of ${kinds[profile.kind].whole}: ${amount}, ` +
      `${formatCount(samples)} samples in ${formatSeconds(profile.durationUs)}`,
    '',
    '```text',
    ...linesOf(frames),
    '```',
  ].join('\n');
}

/** The outermost first. A fence ends at a line of backticks, and names may hold line breaks. */
function linesOf(frames: readonly Frame[]): string[] {
  const lines = frames.map(({ name, kind, file, line }) => {
    const place = file === undefined ? `[${kind}]` : line === undefined ? file : `${file}:${line}`;
    return `${name}  ${place}`.replace(/[\r\n`]+/g, ' ');
  });
  const hidden = lines.length - shown.outer - shown.inner;
  if (hidden < 2) return lines;
  return [
    ...lines.slice(0, shown.outer),
    `… ${hidden} frames`,
    ...lines.slice(shown.outer + hidden),
  ];
}
