/**
 * From perf's text to a Profile, on what perf 6.1 printed of a server that stored entities
 * (perf-script.txt: five samples), and on the lines of V8's list of code that cover its addresses
 * (code.map).
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { PerfScript } from '#dist/lab/profile/convert/perf-script.js';
import { JitMap } from '#dist/lab/profile/native/jit-map.js';
import type { Frame, Stack } from '#dist/lab/profile/profile.js';

const text = (name: string) => readFileSync(new URL(name, import.meta.url), 'utf8');
const printed = text('perf-script.txt');
const code = new JitMap(text('code.map'));
const root = '/srv/evenkeel';

function stacksOf(
  lines: string,
  source: { code?: JitMap; root?: string; pid?: number } = {},
): Stack[] {
  const script = new PerfScript({ pid: 29917, ...source });
  for (const line of lines.split('\n')) script.add(line);
  return script.stacks();
}

const stacks = stacksOf(printed, { code, root });
const withFrame = (name: string) =>
  stacks.find(({ frames }) => frames.some((frame) => frame.name === name));
const frameOf = (name: string) => withFrame(name)?.frames.find((frame) => frame.name === name);
const lines = ({ frames }: { readonly frames: readonly Frame[] }) =>
  frames.map(({ name, file, line }) =>
    [name, file, line].filter((part) => part !== undefined).join(' '),
  );

describe('samples of perf', () => {
  it('are worth the time until the next one, in µs', () => {
    expect(stacks.map(({ value, samples }) => [value, samples])).toEqual(
      new Array(5).fill([2004.008, 1]),
    );
  });

  it('that are alike are added up, and those of other threads are not', () => {
    const twice = stacksOf(printed + printed, { code, root });
    expect(twice.map(({ value, samples }) => [value, samples])).toEqual(
      new Array(5).fill([4008.016, 2]),
    );
    expect(twice.map(lines)).toEqual(stacks.map(lines));
  });

  it('have the root first, and from the kernel to the application all frames', () => {
    const writing = lines(withFrame('fdatasync') as Stack);
    expect(writing.slice(0, 3)).toEqual([
      'worker threads',
      'start_thread libc.so.6',
      'node::worker::Worker::StartThread(v8::FunctionCallbackInfo<v8::Value> const&)::' +
        '{lambda(void*)#1}::_FUN node',
    ]);
    expect(writing).toEqual(
      expect.arrayContaining([
        'perform dist/store/embedded/writer-thread.js 11',
        'finishTxn node_modules/lmdb/write.js 1000',
        'mdb_txn_commit node_modules/@lmdb/lmdb-linux-x64/node.abi115.glibc.node',
        'fdatasync libc.so.6',
      ]),
    );
    expect(writing.at(-1)).toBe('finish_task_switch.isra.0 [kernel]');
  });
});

describe('a frame', () => {
  it.each([
    { name: '#commit', kind: 'application', file: 'dist/store/embedded/group-commit.js', line: 77 },
    { name: 'finishTxn', kind: 'dependency', file: 'node_modules/lmdb/write.js', line: 1000 },
    { name: 'v8::Function::Call', kind: 'v8', file: 'node' },
    { name: 'Builtins_JSEntryTrampoline', kind: 'v8', file: 'node' },
    {
      name: 'v8impl::(anonymous namespace)::FunctionCallbackWrapper::Invoke',
      kind: 'native',
      file: 'node',
    },
    { name: 'uv_run', kind: 'native', file: 'node' },
    { name: 'do_fsync', kind: 'native', file: '[kernel]' },
  ])('$name is $kind, in $file', ({ name, ...rest }) => {
    expect(frameOf(name)).toEqual({ name, ...rest });
  });

  it('of Node’s own JavaScript is Node’s', () => {
    const node = withFrame('fdatasync')?.frames.filter(({ kind }) => kind === 'node');
    expect(node?.map(({ file, line }) => `${file}:${line}`)).toEqual([
      'node:internal/per_context/messageport:19',
      'node:internal/event_target:771',
    ]);
  });

  it('is named by the code that was put there last, and not by what V8 had freed', () => {
    // perf itself named these two node:internal/console/constructor and node:internal/encoding.
    expect(lines(withFrame('fdatasync') as Stack)).toEqual(
      expect.arrayContaining([
        'commit dist/store/embedded/transactions.js 28',
        '(anonymous) node:internal/event_target 771',
      ]),
    );
    expect(JSON.stringify(stacks)).not.toMatch(/console\/constructor|internal\/encoding/);
  });

  it('of JavaScript has no name without V8’s list of code, whatever perf made of it', () => {
    const nameless = stacksOf(printed, { root });
    expect(JSON.stringify(nameless)).not.toMatch(/writer-thread|JS:/);
    expect(nameless.flatMap(({ frames }) => frames)).toContainEqual({
      name: '(compiled code)',
      kind: 'v8',
    });
  });

  it('that is not code is left out', () => {
    expect(JSON.stringify(stacks)).not.toContain('[unknown]');
  });
});

describe('a thread', () => {
  it('other than the main one is named by its purpose, even where its stacks are cut', () => {
    const roots = stacks.map(({ frames }) => frames[0]?.name).sort();
    expect(roots).toEqual([
      "V8's helper threads",
      '__libc_start_call_main',
      'worker threads',
      'worker threads',
      'worker threads',
    ]);
  });

  it('of libuv, and one that nothing is known of', () => {
    const sample = (symbol: string) =>
      `  7    1000 \n\t          14a7b40 ${symbol} (/usr/bin/node)\n\n`;
    expect(stacksOf(sample('worker'))[0]?.frames[0]?.name).toBe("libuv's thread pool");
    expect(stacksOf(sample('work'))[0]?.frames[0]?.name).toBe('other threads');
    expect(stacksOf(sample('work'), { pid: 7 })[0]?.frames).toHaveLength(1);
  });
});

describe('V8’s names for code', () => {
  const nameOf = (name: string) =>
    stacksOf('1 1000\n\t 1005 [unknown] (/tmp/perf-1.map)\n', {
      pid: 1,
      root,
      code: new JitMap(`1000 10 ${name}\n`),
    })[0]?.frames[0];

  it.each([
    { code: 'LazyCompile:*put file:///srv/evenkeel/a.js:3:14', name: 'put', file: 'a.js', line: 3 },
    { code: 'Function:~get size /srv/evenkeel/a.js:3:14', name: 'get size', file: 'a.js', line: 3 },
    { code: "JS:+'put file:///srv/evenkeel/a%20b.js:3:14", name: 'put', file: 'a b.js', line: 3 },
    { code: 'JS:^ file:///srv/evenkeel/a.js:3:14', name: '(anonymous)', file: 'a.js', line: 3 },
    {
      code: 'JS:o+put evalmachine.<anonymous>:1:2',
      name: 'put',
      file: 'evalmachine.<anonymous>',
      line: 1,
    },
  ])('$code is $name', ({ code, ...frame }) => {
    expect(nameOf(code)).toEqual({ ...frame, kind: 'application' });
  });

  it.each(['RegExp:^\\s+ (a|b):1', 'BytecodeHandler:Star0', 'Builtin:ArrayMap'])(
    'that are of no file, %s, are V8’s own',
    (code) => {
      expect(nameOf(code)).toEqual({ name: code, kind: 'v8' });
    },
  );

  it('hold for exactly the bytes of the code', () => {
    const map = new JitMap('2000 10 b\n1000 1000 a\n1800 10 within\nno line\n1ff0 10 end\n');
    const at = (address: number) => map.nameAt(address);
    expect(
      [0xfff, 0x1000, 0x17ff, 0x1800, 0x180f, 0x1810, 0x1fff, 0x2000, 0x200f, 0x2010].map(at),
    ).toEqual([...[undefined, 'a', 'a', 'within', 'within', 'a', 'end', 'b', 'b', undefined]]);
  });
});

it('a frame that names itself as its caller while V8 leaves optimized code stands once', () => {
  const deopt = '\t 14ce0dc Builtins_DeoptimizationEntry_Eager (/usr/bin/node)\n';
  const main = '\t 86853f node::Start (/usr/bin/node)\n';
  expect(stacksOf(`1 1000\n${deopt}${deopt}${deopt}${main}\n`, { pid: 1 }).map(lines)).toEqual([
    ['node::Start node', 'Builtins_DeoptimizationEntry_Eager node'],
  ]);
});
