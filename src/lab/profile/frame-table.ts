/** A profile in words: the functions that take most by themselves, as data and in Markdown. */
import { formatAmount, formatShare } from './amount.js';
import { kinds, perRequests } from './kinds.js';
import type { Frame, Profile } from './profile.js';
import { compareFrames, exactly } from './tree.js';

export interface TopFrame extends Frame {
  /** µs or bytes spent in the function itself, over all the ways it was reached. */
  readonly self: number;
  /** With all that it called; a function that calls itself counts once. */
  readonly inclusive: number;
  /** Share of the profile's total, 0 to 1. */
  readonly selfShare: number;
  readonly inclusiveShare: number;
}

/** At most `n`, by self. */
export function topFrames({ stacks }: Pick<Profile, 'stacks'>, n = 10): TopFrame[] {
  const sums = new Map<string, { frame: Frame; self: number; inclusive: number }>();
  let total = 0;
  for (const { frames, value } of stacks) {
    total += value;
    const seen = new Set<string>();
    const last = frames.length - 1;
    for (const [index, frame] of frames.entries()) {
      const key = exactly(frame);
      const sum = sums.get(key) ?? { frame, self: 0, inclusive: 0 };
      sums.set(key, sum);
      if (index === last) sum.self += value;
      if (!seen.has(key)) sum.inclusive += value;
      seen.add(key);
    }
  }
  const share = (value: number) => (total === 0 ? 0 : value / total);
  return [...sums.values()]
    .sort((a, b) => b.self - a.self || compareFrames(a.frame, b.frame))
    .slice(0, n)
    .map(({ frame, self, inclusive }) => ({
      ...frame,
      self,
      inclusive,
      selfShare: share(self),
      inclusiveShare: share(inclusive),
    }));
}

/** A Markdown table of them, per request where requests were counted. */
export function formatTopFrames(profile: Profile, n = 10): string {
  const { divisor, unit } = perRequests(profile.kind, profile.requests);
  const amount = (value: number) => formatAmount(value / divisor, profile.kind);
  const rows = topFrames(profile, n).map((frame) => {
    const own = `${amount(frame.self)} | ${formatShare(frame.selfShare)}`;
    const all = `${amount(frame.inclusive)} | ${formatShare(frame.inclusiveShare)}`;
    return `| ${code(frame.name)} | ${place(frame)} | ${own} | ${all} |`;
  });
  return [
    `| Function | Where | Self${unit} | | With callees | |`,
    '| --- | --- | ---: | ---: | ---: | ---: |',
    ...rows,
    '',
  ].join('\n');
}

/** In short: which the first `n` are, and what they take together. */
export function describeTopFrames(profile: Profile, n = 3): string {
  const top = topFrames(profile, n).filter(({ self }) => self > 0);
  if (top.length === 0) return 'Nothing was sampled.';
  const share = top.reduce((sum, { selfShare }) => sum + selfShare, 0);
  const names = top.map((frame) => `${code(frame.name)} (${formatShare(frame.selfShare)})`);
  return `${names.join(', ')}: together ${formatShare(share)} of ${kinds[profile.kind].whole}.`;
}

function place({ kind, file, line }: Frame): string {
  if (file !== undefined) return code(line === undefined ? file : `${file}:${line}`);
  return kind === 'node' ? 'Node' : kind === 'v8' ? 'V8' : kind;
}

/** A code span whatever it holds: backticks, pipes (the end of a table's cell) and line breaks. */
export function code(text: string): string {
  const plain = text.replace(/[\r\n]+/g, ' ').replace(/\|/g, '\\|');
  const longest = Math.max(0, ...[...plain.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  const room = longest > 0 || plain.trim() === '' ? ' ' : '';
  return `${fence}${room}${plain}${room}${fence}`;
}
