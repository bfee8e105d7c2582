/** Lua source is rewritten so that all its numbers are doubles, and nothing else changes. */
import { expect, it } from 'vitest';
import { withDoubleNumerals, withDoubles } from '#dist/lab/load/script/lua/doubles.js';

const table: readonly (readonly [source: string, rewritten: string])[] = [
  ['x = 5 y = 0x1F z = 0b11', 'x = 5.0 y = 0x1Fp0 z = 3.0'],
  ['1.5 .5 5. 1e3 1E-3 0x.8 0x1p4 0xep1', '1.5 .5 5. 1e3 1E-3 0x.8 0x1p4 0xep1'],
  ['0x1e+5', '0x1ep0+5.0'],
  [
    'a1 = t2.x3 -- 4\n"5" \'6\' [[7]] [==[8]]9]==] --[[10\n11]] 12',
    'a1 = t2.x3 -- 4\n"5" \'6\' [[7]] [==[8]]9]==] --[[10\n11]] 12.0',
  ],
  [
    '"a\\"1" \'\\\'2\' "\\\\" 3 "\\z\n  4" "\\\n5"',
    '"a\\"1" \'\\\'2\' "\\\\" 3.0 "\\z\n  4" "\\\n5"',
  ],
  ['1 ..2', '1.0 ..2.0'],
  ['n = #t', 'n = (#t+0.0)'],
  ['#t[1].x:y(2){3}"4" .. z', '(#t[1.0].x:y(2.0){3.0}"4"+0.0) .. z'],
  ['##t - #(a) * #{1} / #"b"', '(#(#t+0.0)+0.0) - (#(a)+0.0) * (#{1.0}+0.0) / (#"b"+0.0)'],
  ['#t[#t]', '(#t[(#t+0.0)]+0.0)'],
  ['x = #t ::again:: goto again', 'x = (#t+0.0) ::again:: goto again'],
  ['return wrk.format("GET", p) end', 'return (wrk.format("GET", p)) end'],
  ['return wrk.format() .. wrk.format()', 'return wrk.format() .. wrk.format()'],
  ['return wrk.format(), 1', 'return wrk.format(), 1.0'],
  ['return f(x) end', 'return f(x) end'],
  ['\x1bLua 5', '\x1bLua 5'],
  ['x = "5', 'x = "5.0'],
  ['((#', '((#'],
];

it.each(table)('%j', (source, rewritten) => {
  expect(withDoubles(source)).toBe(rewritten);
});

it('of numerals alone changes numerals alone', () => {
  const sources = table.map(([source]) => source).filter((source) => !/#|wrk\.|Lua/.test(source));
  for (const source of sources) expect(withDoubleNumerals(source)).toBe(withDoubles(source));
  expect(withDoubleNumerals('#t + 1')).toBe('#t + 1.0');
});
