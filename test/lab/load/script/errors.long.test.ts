/** A script that fails ends the run with one message: the error, file and line, and the hook. */
import { dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Histogram } from '#dist/lab/load/histogram/histogram.js';
import { ScriptExit } from '#dist/lab/load/load-errors.js';
import { main, ready, scriptFile, source, written } from './harness.js';

const errors = { connect: 0, read: 0, write: 0, status: 0, timeout: 0 };
const at = (hook: string) =>
  `${scriptFile(`fails-in-${hook}.lua`)}:4: attempt to index a nil value ` +
  `(global 'missing') (in ${hook}())`;
const fails = (promise: Promise<unknown>) => expect(promise).rejects;

describe('a script that fails', () => {
  it.each(['init', 'request'])('in %s() says so before the run', async (hook) => {
    await fails(ready(scriptFile(`fails-in-${hook}.lua`))).toThrow(at(hook));
  });

  it('in response() says so at the response', async () => {
    const failing = await ready(scriptFile('fails-in-response.lua'));
    expect(() => failing.onResponse?.(200, {}, new Uint8Array())).toThrow(at('response'));
  });

  it('in delay() says so at the request', async () => {
    const failing = await ready(scriptFile('fails-in-delay.lua'));
    expect(() => failing.delayMs?.()).toThrow(at('delay'));
  });

  it('in setup() or done() says so in the main thread', async () => {
    const failing = await main(scriptFile('fails-in-setup.lua'));
    await fails(failing.setup(await source(scriptFile('fails-in-setup.lua')))).toThrow(at('setup'));
    const late = await main(scriptFile('fails-in-done.lua'));
    const done = late.done(
      { duration: 1, requests: 1, bytes: 1, errors },
      new Histogram(),
      new Histogram(),
    );
    await fails(done).toThrow(at('done'));
  });

  it('works on after an error that it caught, or that was caught outside', async () => {
    const failing = await ready(
      await written(`local n = 0
        function request()
          n = n + 1
          if n % 2 == 0 then error({}) end
          pcall(error)
          return wrk.format(nil, '/' .. n)
        end`),
    );
    for (let turn = 0; turn < 1000; turn++) {
      expect(() => failing.next()).toThrow('(the error is a table) (in request())');
      expect(failing.next()).toContain(`GET /${turn * 2 + 3} `);
    }
  });
});

const tops: readonly (readonly [script: string, message: string])[] = [
  ['x = = 1', ":1: unexpected symbol near '='"],
  ['\n\nlocal a = nil .. "x"', ':3: attempt to concatenate a nil value'],
  ['error("mine", 0)', 'mine'],
  ['error(setmetatable({}, { __tostring = function() return "an object" end }))', 'an object'],
  ['\nlocal s = ("x"):rep({})', ":2: bad argument #2 to 'rep'"],
  ['\n\nwrk.format("GET", "/", 5)', ':3: attempt to index a number value'],
  // A tail call leaves no caller, and the reader of a script looks for its line all the same.
  [
    '\nlocal function f() return ("x"):rep({}) end\nlocal x = f() .. 1',
    ":3: bad argument #2 to 'rep'",
  ],
  ['local function f() return f() + 1 end f()', 'stack overflow'],
  ['wrk.lookup("no-such-host.invalid", 80)', ':1: unable to resolve no-such-host.invalid:80'],
  ['wrk.connect("x")', ":1: bad argument #1 to 'connect' (wrk.addr expected, got string)"],
  ['\nrequire("no.such.module")', ":2: module 'no.such.module' not found:"],
  ['\nlocal x = loadstring("return = 1", "@inner.lua") or error("none")', ':2: none'],
  ['wrk.thread = nil; wrk.thread:stop()', ":1: attempt to index a nil value (field 'thread')"],
];

describe('at its top level', () => {
  it.each(tops)('%j is told as %s', async (script, message) => {
    const file = await written(script);
    const error = await source(file).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      name: 'ScriptError',
      message: expect.stringContaining(message.startsWith(':') ? `${file}${message}` : message),
    });
  });

  it('a file is named in full, however long its name', async () => {
    for (const length of [50, 58, 59, 60, 61, 200]) {
      const left = length - dirname(await written('')).length - 7;
      const file = await written('nothing()', `${'x'.repeat(Math.max(1, left))}ü.lua`);
      await fails(source(file)).toThrow(new RegExp(`^${file}:1: attempt to call a nil value`));
    }
  });

  it('a file that is not there is named as the user named it', async () => {
    await fails(source('nowhere/x.lua')).toThrow(
      'cannot open nowhere/x.lua: No such file or directory',
    );
    await fails(source('nowhere/x.mjs')).toThrow(
      'cannot open nowhere/x.mjs: No such file or directory',
    );
  });
});

const requests: readonly (readonly [code: string, message: string])[] = [
  ['nil', 'request() must return a string (in request())'],
  ['{}', 'request() must return a string (in request())'],
  ['12', 'request() must return a string (in request())'],
  ['""', 'at 1:1: the request is incomplete: expected a request line such as GET / HTTP/1.1'],
  ['"hello\\r\\n\\r\\n"', 'at 1:1: expected a request line such as GET / HTTP/1.1, found "hello"'],
  ['"GET /a b HTTP/1.1\\r\\n\\r\\n"', 'at 1:1: expected a request line'],
  [
    '"GET / HTTP/1.1\\r\\nHost: x\\r\\n"',
    'at 3:1: the request is incomplete: expected a header, or the empty line',
  ],
  [
    '"GET / HTTP/1.1\\r\\nno colon\\r\\n\\r\\n"',
    'at 2:1: expected a header such as Name: value, found "no colon"',
  ],
  [
    '"PUT / HTTP/1.1\\r\\nContent-Length: 5\\r\\n\\r\\nabc"',
    'at 4:4: the body ends after 3 bytes, and Content-Length says 5',
  ],
  [
    '"PUT / HTTP/1.1\\r\\nContent-Length: x\\r\\n\\r\\n"',
    'at 2:1: expected a number of bytes, found "x"',
  ],
  ['wrk.format() .. "rest"', 'at 4:5: the request is incomplete'],
  [
    'wrk.format(nil, nil, { ["Transfer-Encoding"] = "chunked" }) .. "zz\\r\\n"',
    'expected the size of a chunk in hex, found "zz"',
  ],
  ['("x"):rep(2 ^ 24 + 1)', 'returned 16777217 bytes, more than 16777216'],
];

describe('an error whose caller is gone', () => {
  it.each([
    ["function request()\n  return wrk.format('POST', '/', nil, {})\nend", 2],
    ["\n\nfunction request() return ('x'):rep({}) end", 3],
    ['\nfunction request()\n  return string.format("%d", "x")\nend', 2],
  ])('in %j has file and line', async (script, line) => {
    const file = await written(script);
    await fails(ready(file)).toThrow(new RegExp(`^${file}:${line}: bad argument #.*\\(in request`));
  });
});

describe('os.exit()', () => {
  it.each([
    ['os.exit(7)', 7],
    ['os.exit(true)', 0],
    ['os.exit(false)', 1],
    ['os.exit()', 0],
    ['os.exit(2.9)', 2],
    ['os.exit(259)', 3],
    ['pcall(os.exit, 4)', 4],
  ])('%s ends the run with code %d', async (call, code) => {
    const exit = await source(await written(call)).catch((thrown: unknown) => thrown);
    expect(exit).toBeInstanceOf(ScriptExit);
    expect(exit).toMatchObject({ code });
    await fails(ready(await written(`function request() ${call} end`))).toThrow(ScriptExit);
  });
});

describe('what request() returns', () => {
  it.each(requests)('must be a request, which %s is not', async (code, message) => {
    const file = await written(`function request() return ${code} end`);
    await fails(ready(file)).toThrow(message);
  });

  it('must be as many requests each time, and whole ones', async () => {
    const varied = await ready(
      await written(`local n = 0
        function request() n = n + 1 return wrk.format():rep(n < 3 and 2 or n) end`),
    );
    varied.next();
    expect(() => varied.next()).toThrow(
      'request() returned 3 requests, and 2 requests at first: each call must return as many',
    );
    const cut = await ready(
      await written(`local n = 0
        function request() n = n + 1 return wrk.format():sub(1, n > 1 and -3 or -1) end`),
    );
    expect(() => cut.next()).toThrow('the request is incomplete');
    const later = await source(await written('function request() return wrk.format():rep(2) end'), {
      thread: 1,
    });
    await later.init([]);
    later.agree(1);
    expect(() => later.next()).toThrow('returned 2 requests, and 1 request at first');
  });

  it('is checked in a later thread at its first request', async () => {
    const later = await ready(await written('function request() return nil end'), [], 1);
    expect(() => later.next()).toThrow('request() must return a string (in request())');
  });

  it('must be a number of ms for delay()', async () => {
    for (const value of ['-1', '0/0', 'nil', '"x"', 'math.huge']) {
      const failing = await ready(await written(`function delay() return ${value} end`));
      expect(() => failing.delayMs?.()).toThrow('delay() must return a number of ms, 0 or more');
    }
  });
});
