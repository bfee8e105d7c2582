/**
 * Rewrites Lua source so that each of its numbers is a double, as in LuaJIT. The engine (Lua 5.4)
 * has 64-bit integers beside them, which wrap, and which `%` refuses to divide by zero. An integer
 * comes from a numeral, from `#`, or from a function of the library; those are wrapped where they
 * are defined. So `5` becomes `5.0`, and `#list` becomes `(#list+0.0)`. Lines stay what they were.
 *
 * A call of wrk.format() that is returned is put in parentheses: Lua forgets the caller in a tail
 * call, and an error in it would have no line.
 */

interface Token {
  readonly text: string;
  readonly from: number;
  readonly to: number;
}

const skipped = /\s+|--\[(=*)\[[\s\S]*?\]\1\]|--[^\n]*/y;
const longText = String.raw`\[(=*)\[[\s\S]*?\]\1\]`;
const escaped = String.raw`\\z\s*|\\\r\n|\\[\s\S]`;
const quoted = (quote: string) => String.raw`${quote}(?:${escaped}|[^\\\n${quote}])*${quote}`;
const hexNumeral = String.raw`0[xX](?:[pP][+-]|[\w.])*`;
const numeral = String.raw`\.?\d(?:[eE][+-]|[\w.])*`;
const name = String.raw`[A-Za-z_]\w*`;
const kinds = [longText, quoted('"'), quoted("'"), hexNumeral, numeral, name, '[.]{2,3}', '::'];
const taken = new RegExp(`${kinds.join('|')}|[\\s\\S]`, 'y');

/** Comments, texts, names and numerals: whatever a digit may be a part of. */
const parts = [String.raw`--\[(=*)\[[\s\S]*?\]\1\]`, '--[^\n]*', ...kinds.slice(1, 7)];
const numerals = new RegExp(`${parts.join('|')}|${longText.replaceAll('1', '2')}`, 'g');

const closing: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };
const endsOfBlock = new Set(['end', 'else', 'elseif', 'until', ';', '']);

/** For the libraries, which keep lengths to themselves: much faster, and numerals only. */
export function withDoubleNumerals(source: string): string {
  return source.replace(numerals, asDouble);
}

/** @param source one character per byte; the engine refuses what is not Lua, as it stands */
export function withDoubles(source: string): string {
  // A function that was dumped.
  if (source.startsWith('\x1b')) return source;
  const tokens = tokensOf(source);
  const ends = matchingBrackets(tokens);
  const before = new Map<number, string>();
  const after = new Map<number, string>();
  const enclose = (first: number, last: number, addend: string) => {
    before.set(first, `${before.get(first) ?? ''}(`);
    after.set(last, `${addend})${after.get(last) ?? ''}`);
  };
  for (const [index, { text }] of tokens.entries()) {
    if (text === '#') {
      const last = endOfOperand(tokens, ends, index + 1);
      if (last !== undefined) enclose(index, last, '+0.0');
    } else if (text === 'return' && isFormat(tokens, index + 1)) {
      const last = endOfSuffixes(tokens, ends, index + 1);
      const next = tokens[last + 1]?.text ?? '';
      if (tokens[last]?.text === ')' && endsOfBlock.has(next)) enclose(index + 1, last, '');
    }
  }
  let written = '';
  let at = 0;
  for (const [index, { text, from, to }] of tokens.entries()) {
    written += source.slice(at, from) + (before.get(index) ?? '');
    written += asDouble(text) + (after.get(index) ?? '');
    at = to;
  }
  return written + source.slice(at);
}

function tokensOf(source: string): Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < source.length; ) {
    skipped.lastIndex = at;
    const space = skipped.exec(source);
    if (space) {
      at += space[0].length;
      continue;
    }
    taken.lastIndex = at;
    const [text] = taken.exec(source) as RegExpExecArray;
    tokens.push({ text, from: at, to: at + text.length });
    at += text.length;
  }
  return tokens;
}

function asDouble(text: string): string {
  if (/^\d+$/.test(text)) return `${text}.0`;
  if (/^0[xX][0-9a-fA-F]+$/.test(text)) return `${text}p0`;
  if (/^0[bB][01]+$/.test(text)) return `${BigInt(text)}.0`;
  return text;
}

/** For each token that opens a bracket, the one that closes it. */
function matchingBrackets(tokens: readonly Token[]): ReadonlyMap<number, number> {
  const ends = new Map<number, number>();
  const open: number[] = [];
  for (const [index, { text }] of tokens.entries()) {
    if (closing[text] !== undefined) open.push(index);
    else if (text === ')' || text === ']' || text === '}') {
      const opened = open.pop();
      if (opened !== undefined && closing[tokens[opened]?.text ?? ''] === text)
        ends.set(opened, index);
    }
  }
  return ends;
}

type Brackets = ReadonlyMap<number, number>;

/** The last token of what a unary operator before it applies to. */
function endOfOperand(tokens: readonly Token[], ends: Brackets, from: number): number | undefined {
  const text = tokens[from]?.text ?? '';
  if (text === '#' || text === '-' || text === 'not') return endOfOperand(tokens, ends, from + 1);
  if (text === 'function') return undefined;
  if (text === '{') return ends.get(from);
  if (text === '(' || /^[A-Za-z_]/.test(text)) return endOfSuffixes(tokens, ends, from);
  return isText(text) ? from : undefined;
}

/** The last token of a name or of parentheses, with all indexes, calls and fields behind it. */
function endOfSuffixes(tokens: readonly Token[], ends: Brackets, from: number): number {
  let last = ends.get(from) ?? from;
  while (true) {
    const next = tokens[last + 1]?.text ?? '';
    if (next === '.' || next === ':') last += 2;
    else if (isText(next)) last++;
    else if (closing[next] !== undefined && ends.has(last + 1)) last = ends.get(last + 1) as number;
    else return last;
  }
}

function isText(text: string): boolean {
  return /^(["']|\[=*\[)/.test(text);
}

function isFormat(tokens: readonly Token[], from: number): boolean {
  const [one, two, three] = tokens.slice(from, from + 3).map(({ text }) => text);
  return one === 'wrk' && two === '.' && three === 'format';
}
