/** The name and owner of a frame, and how much of its sampled time it really had a CPU. */
import { describe, expect, it } from 'vitest';
import { cpuStacks, onCpuScales } from '#dist/lab/profile/convert/cpuprofile.js';
import { frameNaming } from '#dist/lab/profile/convert/frame-naming.js';
import type { CallFrame } from '#dist/lab/profile/sampling/raw.js';

const call = (functionName: string, url = '', line = 0): CallFrame => ({
  functionName,
  scriptId: '1',
  url,
  lineNumber: line - 1,
  columnNumber: 0,
});

describe('a frame', () => {
  const root = '/home/me/app';
  it.each([
    { url: `file://${root}/src/a%20b.js`, kind: 'application', file: 'src/a b.js' },
    { url: `${root}/src/a.js`, kind: 'application', file: 'src/a.js' },
    {
      url: `file://${root}/node_modules/lmdb/write.js`,
      kind: 'dependency',
      file: 'node_modules/lmdb/write.js',
    },
    {
      url: 'file:///home/me/node_modules/@x/y/z.js',
      kind: 'dependency',
      file: 'node_modules/@x/y/z.js',
    },
    { url: 'node:internal/timers', kind: 'node', file: 'node:internal/timers' },
    { url: 'file:///home/me/other/b.js', kind: 'application', file: '…/other/b.js' },
    { url: 'evalmachine.<anonymous>', kind: 'application', file: 'evalmachine.<anonymous>' },
  ])('of $url is of kind $kind, in $file', ({ url, kind, file }) => {
    expect(frameNaming({ kind: 'cpu', root })(call('f', url, 3))).toEqual({
      name: 'f',
      kind,
      file,
      line: 3,
    });
  });

  it('of a program that is installed below node_modules is not a dependency of itself', () => {
    const naming = frameNaming({ kind: 'cpu', root: '/usr/lib/node_modules/evenkeel' });
    const url = 'file:///usr/lib/node_modules/evenkeel/';
    expect(naming(call('f', `${url}dist/a.js`, 1))).toMatchObject({
      kind: 'application',
      file: 'dist/a.js',
    });
    expect(naming(call('f', `${url}node_modules/ws/b.js`, 1))).toMatchObject({
      kind: 'dependency',
    });
  });

  it.each([
    { name: '(program)', cpu: 'native', alloc: 'native' },
    { name: '(garbage collector)', cpu: 'v8', alloc: 'v8' },
    { name: '(V8 API)', cpu: 'native', alloc: 'native' },
    { name: 'writev', cpu: 'native', alloc: 'v8' },
  ])(
    'of $name, without a file, is $cpu code in a CPU profile, $alloc in one of allocations',
    (row) => {
      for (const kind of ['cpu', 'alloc'] as const)
        expect(frameNaming({ kind })(call(row.name))).toEqual({ name: row.name, kind: row[kind] });
    },
  );
});

describe('time on a CPU', () => {
  it.each([
    { what: 'shared out as it was sampled', cpuUs: 1000, native: 1, other: 1 },
    { what: 'shared out alike, if samples were lost', cpuUs: 1500, native: 1.5, other: 1.5 },
    { what: 'without waiting, which is in native code', cpuUs: 700, native: 0.25, other: 1 },
    {
      what: 'alike again, if even that was less than the others',
      cpuUs: 300,
      native: 0,
      other: 0.5,
    },
  ])('is $what', ({ cpuUs, native, other }) => {
    expect(onCpuScales({ native: 400, other: 600 }, cpuUs)).toEqual({ native, other });
  });

  it('counts samples, so one before the thread lost its CPU weighs no more than another', () => {
    const a = { id: 2, callFrame: call('a', 'file:///a.js', 1) };
    const b = { id: 3, callFrame: call('b', 'file:///a.js', 2) };
    const root = { id: 1, callFrame: call('(root)'), children: [2, 3] };
    const raw = {
      nodes: [root, a, b],
      startTime: 0,
      endTime: 90,
      samples: [2, 3, 2, 3],
      timeDeltas: [10, 10, 10, 50],
    };
    const naming = frameNaming({ kind: 'cpu' });
    const values = (cpuUs?: number) =>
      Object.fromEntries(
        cpuStacks(raw, naming, cpuUs).map(({ frames, value }) => [frames[0]?.name, value]),
      );
    expect(values(40)).toEqual({ a: 20, b: 20 });
    expect(values()).toEqual({ a: 60, b: 20 });
  });
});
