/** Scripts for LuaJIT: what the facts of oracle/ leave open, and what is not there. */
import { describe, expect, it } from 'vitest';
import { evaluate, evaluateAll } from './harness.js';

describe('a script for LuaJIT', () => {
  it('draws the same numbers in each run, until it sets a seed', async () => {
    const code = 'return math.random(1e6), math.random()';
    expect(await evaluate(code)).toBe(await evaluate(code));
  });

  it('computes with doubles wherever its numbers come from', async () => {
    const text = "'12345678901'";
    const sources = [
      '#table.concat({1, 2, 3}) * 4115226300',
      `tonumber(${text})`,
      `${text} + '0'`,
      '(next({ [12345678901] = 1 }))',
      'os.time() * 0 + 12345678901',
      `select('#', 1) * 12345678901`,
      `loadstring('return 12345678901')()`,
      `load(function() local t = text text = nil return t end)()`,
    ];
    const codes = sources.map(
      (source) => `text = 'return 12345678901' local n = ${source}
      for i = 1, 4 do n = n * n end return n > 1e150, n < 1e170, tostring(n):match('e%+(%d+)')`,
    );
    for (const result of await evaluateAll(codes)) expect(result).toBe('true true 161');
  });

  it('is told what there is not', async () => {
    const calls = [
      ['require, "ffi"', 'ffi is a part of LuaJIT that is not here'],
      ['require, "socket"', 'modules in C cannot be loaded'],
      ['require("string.buffer").encode, {}', 'encode() is not here'],
    ] as const;
    const told = await evaluateAll(calls.map(([call]) => `return select(2, pcall(${call}))`));
    for (const [index, [, message]] of calls.entries()) expect(told[index]).toContain(message);
  });
});
