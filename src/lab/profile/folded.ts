/**
 * Brendan Gregg's folded stacks, which flamegraph.pl, speedscope and many others read: a line a stack,
 * `root;child (file:12);leaf value`.
 *
 * A frame is its name, its place in parentheses if it has one, and its kind in brackets where the place does not tell it.
 * Characters that would end a part too soon are written as `\x3b`, so what was written reads back the same.
 */
import type { Frame, FrameKind, Profile, Stack } from './profile.js';

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

/** A line that is not `stack value`. */
export class FoldedError extends Error {
  override readonly name = 'FoldedError';
}

/**
 * @param valuePerSample how much of the value one sample is worth, for the lines do not say how many they stand for.
 *   1 for perf's, which count samples; the sampling interval for µs or bytes.
 * @throws FoldedError naming the line
 */
export function parseFolded(text: string, valuePerSample = 1): Stack[] {
  const stacks: Stack[] = [];
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line === '') continue;
    const [, stack = '', number] = /^(.*?) ?(\d+(?:\.\d+)?)$/.exec(line) ?? [];
    if (number === undefined)
      throw new FoldedError(
        `line ${index + 1} does not end in a space and a number: ${JSON.stringify(line)}`,
      );
    const value = Number(number);
    const frames = stack === '' ? [] : stack.split(';').map(parseFrame);
    stacks.push({ frames, value, samples: Math.round(value / valuePerSample) });
  }
  return stacks;
}

function formatFrame({ name, kind, file, line }: Frame): string {
  const place = file === undefined ? '' : ` (${fileText(file, line)})`;
  const sort = kind === kindByFile(file) ? '' : ` [${kind}]`;
  return escaped(name).replace(/ (?=[([])/g, '\\x20') + place + sort;
}

function fileText(file: string, line: number | undefined): string {
  const text = escaped(file);
  return line === undefined ? text.replace(/:(?=\d+$)/, '\\x3a') : `${text}:${line}`;
}

function parseFrame(text: string): Frame {
  const [, name = '', place, kind] =
    /^(.*?)(?: \((.*)\))?(?: \[(application|dependency|node|v8|native)\])?$/s.exec(text) ?? [];
  const [, file, line] = /^(.*?)(?::(\d+))?$/s.exec(place ?? '') ?? [];
  const ownFile = place === undefined || file === undefined ? undefined : unescaped(file);
  return {
    name: unescaped(name),
    kind: (kind as FrameKind | undefined) ?? kindByFile(ownFile),
    ...(ownFile === undefined ? {} : { file: ownFile }),
    ...(line === undefined ? {} : { line: Number(line) }),
  };
}

function kindByFile(file: string | undefined): FrameKind {
  if (file === undefined) return 'v8';
  if (file.startsWith('node:')) return 'node';
  return /(^|[\\/])node_modules[\\/]/.test(file) ? 'dependency' : 'application';
}

/** Semicolons, backslashes and all that might end a line. */
function escaped(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must not get into a line
  return text.replace(/[;\\\u0000-\u001f\u007f]/g, (char) => `\\x${hex(char)}`);
}

function unescaped(text: string): string {
  return text.replace(/\\x([0-9a-f]{2})/g, (_, code) =>
    String.fromCharCode(Number.parseInt(code, 16)),
  );
}

function hex(char: string): string {
  return char.charCodeAt(0).toString(16).padStart(2, '0');
}

/** Never with an exponent, which no reader of the format knows. */
function decimal(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toFixed(3).replace(/\.?0+$/, '');
}
