/** Scripts written for LuaJIT find what they know, and numbers come out as LuaJIT writes them. */
import { describe, expect, it } from 'vitest';
import { evaluate, evaluateAll } from './harness.js';

const same: readonly (readonly [code: string, result: string])[] = [
  ['return 10 / 2, tostring(3.0), 4.0 .. ""', '5 3 4'],
  ['return 2 ^ 53, 1e15, 0.1, -0.0', '9.007199254741e+15 1e+15 0.1 -0'],
  ['return table.concat({ 4.0, 2.5, "x" }, ",")', '4,2.5,x'],
  ['return "10" + 5, 10 .. 20, "3" * "4"', '15 1020 12'],
  ['return 5.5 % 2, -1 % 3, 5.0 % 0 ~= 5.0 % 0', '1.5 2 true'],
  [
    'return tonumber("12") + tonumber("-3"), tonumber("0x10"), tonumber("1e2"), tonumber("z")',
    '9 16 100 nil',
  ],
  ['return string.format("%s|%d|%5.1f|%x", 4.0, 2.7, 1.25, 255.9)', '4|2|  1.2|ff'],
  ['return string.format("%d %d", "12.9", -2.5), string.format("%05u%%u", 7)', '12 -2 00007%u'],
  [
    'return string.format("%q", "a\\nb"), string.format("%%"), string.format("%c", 65)',
    '"a\\\nb" % A',
  ],
  [
    'return ("abc"):sub(1, 2.9), ("ab"):rep(2.9), ("abc"):byte(1.5), string.char(65.7, 66)',
    'ab abab 97 AB',
  ],
  ['return unpack({ 1, 2, 3 })', '1 2 3'],
  ['return loadstring("return 1 + 1")(), select("#", loadstring("x ="))', '2 2'],
  ['local n = 0 return load(function() n = n + 1 return ({ "return ", "7" })[n] end)()', '7'],
  ['return table.getn({ 1, 2 }), table.maxn({ [5] = 1, [7.5] = 2 })', '2 7.5'],
  ['return table.foreach({ a = 5 }, function(k, v) return k .. v end)', 'a5'],
  ['return table.foreachi({ 1, 2 }, function(i, v) if i == 2 then return v end end)', '2'],
  ['return table.remove({}, 1), table.remove({ 7, 8 }, 1)', 'nil 7'],
  ['return math.pow(2, 3), math.log10(1000), math.mod(7, 3), math.fmod(-7, 3)', '8 3 1 -1'],
  ['return math.ldexp(0.5, 4), math.frexp(10)', '8 0.625 4'],
  ['return math.frexp(0), math.frexp(-0.25)', '0 -0.5 -1'],
  ['return math.cosh(0), math.sinh(0), math.tanh(100), math.atan2(1, 1)', '1 0 1 0.78539816339745'],
  ['return string.gfind("ab", "%a")(), math.huge, -math.huge', 'a inf -inf'],
  ['local f = setfenv(function() return zz end, { zz = 4 }) return f(), getfenv(f).zz', '4 4'],
  ['return getfenv(1) == _G, getfenv() == _G, getfenv(print) == _G', 'true true true'],
  ['module("m", package.seeall) x = 5 return _G.m.x, _NAME, _G.package.loaded.m.x', '5 m 5'],
  ['local b = require "bit" return b == bit, jit', 'true nil'],
  ['return bit.band(0xff, 0x0f, 7), bit.bor(1, 2), bit.bxor(1, 3), bit.bnot(0)', '7 3 2 -1'],
  ['return bit.lshift(1, 31), bit.rshift(-1, 28), bit.arshift(-16, 2)', '-2147483648 15 -4'],
  ['return bit.rol(0x12345678, 4), bit.ror(1, 1), bit.bswap(1)', '591751041 -2147483648 16777216'],
  [
    'return bit.tohex(255), bit.tohex(-1, -4), bit.tohex(0x1234, 2), bit.tobit(2 ^ 32 + 5)',
    '000000ff FFFF 34 5',
  ],
  [
    'return math.random(3.9) <= 3, pcall(math.random, 5, 2)',
    "true false bad argument #2 to 'random' (interval is empty)",
  ],
  [
    `math.randomseed(1.5) local a = math.random(1000)
    math.randomseed(1.5) return a == math.random(1000)`,
    'true',
  ],
  [
    'return os.date("!%Y-%m-%d", 86400.7), type(os.time()), type(os.clock()), os.getenv("NO_SUCH")',
    '1970-01-02 number number nil',
  ],
];

describe('a script for LuaJIT', () => {
  it('gets the same results as from LuaJIT', async () => {
    const results = await evaluateAll(same.map(([code]) => code));
    expect(same.map(([code], index) => [code, results[index]])).toEqual(same);
  });

  it('draws the same numbers in each run, until it sets a seed', async () => {
    const code = 'return math.random(1e6), math.random()';
    expect(await evaluate(code)).toBe(await evaluate(code));
  });

  it('is told what there is not', async () => {
    const calls = [
      ['require, "ffi"', 'ffi is a part of LuaJIT that is not here'],
      ['require, "socket"', 'modules in C cannot be loaded'],
      ['os.execute, "ls"', 'os.execute is not possible here'],
      ['io.popen, "ls"', 'io.popen is not possible here'],
      ['os.exit, 3', 'ended the run with os.exit(3)'],
    ] as const;
    const told = await evaluateAll(calls.map(([call]) => `return select(2, pcall(${call}))`));
    for (const [index, [, message]] of calls.entries()) expect(told[index]).toContain(message);
  });
});
