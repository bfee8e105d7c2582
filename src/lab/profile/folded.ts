/**
 * Brendan Gregg's folded stacks, which flamegraph.pl, speedscope and others read: one line per
 * stack, `root;child (file:12);leaf value`. A frame is its name, its place in parentheses if it has
 * one, and its kind in brackets where the place does not show it.
 */
import type { Frame, FrameKind, Profile } from './profile.js';

export function formatFolded({ stacks }: Pick<Profile, 'stacks'>): string {
  const totals = new Map<string, number>();
  for (const { frames, value } of stacks) {
    const line = frames.map(formatFrame).join(';');
    totals.set(line, (totals.get(line) ?? 0) + value);
  }
  return [...totals]
    .map(([line, value]) => `${line} ${decimal(value)}\n`)
    .sort()
    .join('');
}

function formatFrame({ name, kind, file, line }: Frame): string {
  const place = file === undefined ? '' : ` (${file}${line === undefined ? '' : `:${line}`})`;
  const suffix = kind === kindByFile(file) ? '' : ` [${kind}]`;
  return escaped(name + place + suffix);
}

function kindByFile(file: string | undefined): FrameKind {
  if (file === undefined) return 'v8';
  if (file.startsWith('node:')) return 'node';
  return /(^|[\\/])node_modules[\\/]/.test(file) ? 'dependency' : 'application';
}

/** A semicolon would end the frame, and a control character may end the line. */
function escaped(text: string): string {
  const hex = (char: string) => `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they must not get into a line
  return text.replace(/[;\u0000-\u001f\u007f]/g, hex);
}

/** Without an exponent: readers of the format do not know it. */
function decimal(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toFixed(3).replace(/\.?0+$/, '');
}
