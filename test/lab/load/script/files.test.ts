/** Scripts read and write real files, and what they print reaches the real output in order. */
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { Histogram } from '#dist/lab/load/histogram/histogram.js';
import {
  evaluate,
  inNewProcess,
  main,
  nextText,
  ready,
  scriptFile,
  source,
  written,
} from './harness.js';

/** Runs Lua with the path of a file that holds these bytes. */
async function withFile(content: string, code: string): Promise<{ result: string; after: string }> {
  const file = await written(content, 'data.txt');
  const result = await evaluate(`local p = ${JSON.stringify(file)} ${code}`);
  return { result, after: await readFile(file, 'latin1') };
}

describe('io', () => {
  const text = '1 2.5 0x10\nline two\n\nlast';

  it('reads by each of its formats, with and without the star', async () => {
    const code = `local h = io.open(p)
      local a, b, c = h:read('*n', 'n', '*number')
      return a, b, c, '<' .. h:read('*l') .. '>', h:read('L') .. h:read('*a'),
        h:read('*a'), h:read('l'), h:read(0)`;
    expect((await withFile(text, code)).result).toBe('1 2.5 16 <> line two\n\nlast  nil nil');
  });

  it('reads a number of bytes, and nothing past the end', async () => {
    const code = `local h = io.open(p, 'rb') return h:read(3), h:read(0), h:read(100), h:read(1)`;
    expect((await withFile('abcdef', code)).result).toBe('abc  def nil');
  });

  it('goes through the lines, and closes the file after the last', async () => {
    const code = `local t = {}
      for l in io.lines(p) do t[#t + 1] = '[' .. l .. ']' end
      return table.concat(t)`;
    expect((await withFile(text, code)).result).toBe('[1 2.5 0x10][line two][][last]');
  });

  it('reads lines that are longer than what it reads at once', async () => {
    const long = 'x'.repeat(200_000);
    const code = `local n = {} for l in io.lines(p) do n[#n + 1] = #l end return unpack(n)`;
    expect((await withFile(`${long}\nab\n${long}`, code)).result).toBe('200000 2 200000');
  });

  it('writes, seeks and appends', async () => {
    const code = `local h = io.open(p, 'r+') h:read('*l') h:write('TWO')
      h:seek('end') h:write('!', 1.5)
      local at = h:seek('set', 1) local c = h:read(1) h:close()
      h = io.open(p, 'a') h:write('++') h:close() return at, c, io.type(h)`;
    const { result, after } = await withFile('one\ntwo\n', code);
    expect({ result, after }).toEqual({ result: '1 n closed file', after: 'one\nTWO\n!1.5++' });
  });

  it('keeps every byte', async () => {
    const all = Array.from({ length: 256 }, (_, byte) => String.fromCharCode(byte)).join('');
    const code = `local t = {} for i = 0, 255 do t[#t + 1] = string.char(i) end
      local h = io.open(p, 'wb') h:write(table.concat(t)) h:close()
      return io.open(p, 'rb'):read('*a') == table.concat(t)`;
    const { result, after } = await withFile('', code);
    expect({ result, after }).toEqual({ result: 'true', after: all });
  });

  it('says why a file does not open', async () => {
    expect(await evaluate(`return io.open('/nowhere/x')`)).toBe(
      'nil /nowhere/x: No such file or directory 2',
    );
    expect(await evaluate(`return pcall(io.lines, '/nowhere/x')`)).toMatch(
      /false .*bad argument #1 to 'lines' \(\/nowhere\/x: No such file or directory\)$/,
    );
    expect(
      await evaluate(`return pcall(function() local h = io.tmpfile() h:close() h:read() end)`),
    ).toMatch(/script\.lua:\d+: attempt to use a closed file$/);
  });

  it('removes and renames files', async () => {
    const code = `local to = os.tmpname()
      return os.rename(p, p .. '2'), os.rename(p .. '2', p), os.remove(to), os.remove(to)`;
    expect((await withFile('', code)).result).toMatch(
      /^true true true nil .*: No such file or directory 2$/,
    );
  });
});

describe('a script', () => {
  it('reads a list of paths', async () => {
    const list = await ready(scriptFile('path-list.lua'));
    expect([1, 2, 3].map(() => nextText(list).split(' ')[1])).toEqual([
      '/two?x=1',
      '/three',
      '/one',
    ]);
  });

  it('loads modules that lie beside it', async () => {
    expect(nextText(await ready(scriptFile('modules.lua')))).toMatch(/^GET \/shape\/7\/alpha HTTP/);
  });

  it('writes its results to a file in done()', async () => {
    const file = await written('', 'result.csv');
    const [made, state] = await Promise.all([
      source(scriptFile('csv.lua')),
      main(scriptFile('csv.lua')),
    ]);
    await state.setup(made);
    await made.init([file]);
    const latency = new Histogram();
    latency.record(1234);
    const errors = { connect: 0, read: 0, write: 0, status: 0, timeout: 0 };
    await state.done({ duration: 1, requests: 42, bytes: 0, errors }, latency, new Histogram());
    expect(await readFile(file, 'utf8')).toBe('requests,p99\n42,1234\n');
  });

  it('prints in order, bytes and all, and nothing is held back', async () => {
    const file = await written(
      `io.write('a', 1.0) print('b', nil, 2) io.stdout:write('ü\\0') io.stderr:write('!') print()`,
    );
    const { stdout, stderr } = await inNewProcess(file);
    expect({ stdout, stderr }).toEqual({ stdout: '0\na1b\tnil\t2\nü\0\n9\n', stderr: '!' });
  });
});
