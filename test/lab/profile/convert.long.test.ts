/** Between V8's formats and ours: exact values, on profiles written by hand. */
import { describe, expect, it } from 'vitest';
import { fromCpuProfile } from '#dist/lab/profile/convert/cpuprofile.js';
import { fromHeapProfile } from '#dist/lab/profile/convert/heapprofile.js';
import { profileToJson, readProfile } from '#dist/lab/profile/convert/profile-json.js';
import { toCpuProfile } from '#dist/lab/profile/convert/to-cpuprofile.js';
import { diffProfiles } from '#dist/lab/profile/diff/diff.js';
import { renderDiffFlameGraph } from '#dist/lab/profile/diff/diff-graph.js';
import { topChanges } from '#dist/lab/profile/diff/top-changes.js';
import { renderFlameGraph } from '#dist/lab/profile/flame/flame-graph.js';
import type { Profile } from '#dist/lab/profile/profile.js';
import { upTo } from '#dist/lab/profile/sampling/growth-sampler.js';
import type { CallFrame, RawCpuProfile, RawHeapProfile } from '#dist/lab/profile/sampling/raw.js';
import { trimStart } from '#dist/lab/profile/sampling/samplers.js';

const call = (functionName: string, url = '', line = 0): CallFrame => ({
  functionName,
  scriptId: '1',
  url,
  lineNumber: line - 1,
  columnNumber: 0,
});

const cpu: RawCpuProfile = {
  nodes: [
    { id: 1, callFrame: call('(root)'), children: [2, 3, 5] },
    { id: 2, callFrame: call('(idle)') },
    { id: 3, callFrame: call('outer', 'file:///srv/app/a.js', 7), children: [4] },
    { id: 4, callFrame: call('', 'file:///srv/app/a.js', 9) },
    { id: 5, callFrame: call('measure', 'evenkeel:probe', 1), children: [6] },
    { id: 6, callFrame: call('memoryUsage') },
  ],
  startTime: 1000,
  endTime: 2000,
  samples: [2, 3, 4, 3, 6, 2],
  timeDeltas: [100, 200, 100, 50, -10, 160],
};

describe('a .cpuprofile', () => {
  it('becomes stacks whose samples last until the next, without idle time and our own part', () => {
    // From 1100: idle 200, outer 100, anonymous 50, outer 0 (the clock went back), measuring 160,
    // idle to the end.
    expect(fromCpuProfile(cpu, '/srv/app')).toEqual({
      kind: 'cpu',
      durationUs: 1000,
      stacks: [
        {
          frames: [{ name: 'outer', kind: 'application', file: 'a.js', line: 7 }],
          value: 100,
          samples: 2,
        },
        {
          frames: [
            { name: 'outer', kind: 'application', file: 'a.js', line: 7 },
            { name: '(anonymous)', kind: 'application', file: 'a.js', line: 9 },
          ],
          value: 50,
          samples: 1,
        },
      ],
    });
  });

  it('can have its beginning cut off, and the samples after it stay where they are', () => {
    const trimmed = trimStart(cpu, 350);
    // The samples were at 1100, 1300, 1400, 1450, 1440 and 1600.
    expect(trimmed).toMatchObject({ startTime: 1350, endTime: 2000, samples: [4, 3, 6, 2] });
    expect(trimmed.timeDeltas).toEqual([50, 50, -10, 160]);
    expect(trimmed.nodes.map(({ id, hitCount }) => [id, hitCount])).toEqual([
      [1, 0],
      [2, 1],
      [3, 1],
      [4, 1],
      [5, 0],
      [6, 1],
    ]);
    expect(trimStart(cpu, 5000)).toMatchObject({ startTime: 2000, endTime: 2000, samples: [] });
  });

  it('of a deep recursion is read', () => {
    const depth = 20_000;
    const nodes = Array.from({ length: depth }, (_, index) => ({
      id: index + 1,
      callFrame: call(index === 0 ? '(root)' : 'again', 'file:///a.js', 1),
      children: index + 1 < depth ? [index + 2] : [],
    }));
    const deep = { nodes, startTime: 0, endTime: 5, samples: [depth], timeDeltas: [0] };
    expect(fromCpuProfile(deep).stacks[0]?.frames).toHaveLength(depth - 1);
  });
});

const heap: RawHeapProfile = {
  head: {
    id: 1,
    callFrame: call('(root)'),
    selfSize: 0,
    children: [{ id: 2, callFrame: call('f', 'file:///a.js', 1), selfSize: 640, children: [] }],
  },
  samples: [
    { nodeId: 2, size: 320, ordinal: 1 },
    { nodeId: 2, size: 320, ordinal: 5 },
  ],
};

describe('a .heapprofile', () => {
  it('becomes stacks with bytes', () => {
    const frames = [{ name: 'f', kind: 'application', file: '/a.js', line: 1 }];
    expect(fromHeapProfile(heap)).toEqual({
      kind: 'alloc',
      durationUs: 0,
      stacks: [{ frames, value: 640, samples: 2 }],
    });
  });
});

const profile: Profile = {
  kind: 'cpu',
  durationUs: 1000,
  stacks: [
    { frames: [{ name: 'a', kind: 'application', file: '/a.js', line: 1 }], value: 30, samples: 3 },
    {
      frames: [
        { name: 'a', kind: 'application', file: '/a.js', line: 1 },
        { name: 'b', kind: 'native' },
      ],
      value: 50,
      samples: 5,
    },
  ],
};

describe('the growth of a heap', () => {
  it('is what is left of the first half, however its samples lie in the tree', () => {
    expect(upTo(heap, 4)).toMatchObject({
      head: { selfSize: 0, children: [{ id: 2, selfSize: 320 }] },
      samples: [{ ordinal: 1 }],
    });
    expect(fromHeapProfile(upTo(heap, 0)).stacks).toEqual([]);
  });
});

describe('a Profile', () => {
  it('comes back from a .cpuprofile with the same stacks and values', () => {
    const back = fromCpuProfile(toCpuProfile(profile));
    expect(back.stacks.map(({ frames, value }) => ({ frames, value }))).toEqual(
      profile.stacks.map(({ frames, value }) => ({ frames, value })),
    );
  });

  it('comes back from its own JSON as it was', () => {
    expect(readProfile(profileToJson(profile), 'a.json')).toEqual(profile);
  });
});

describe('a file', () => {
  it('is told by what is in it, whatever its name', () => {
    expect(readProfile(JSON.stringify(cpu), 'x').kind).toBe('cpu');
    expect(readProfile(JSON.stringify(heap), 'x').kind).toBe('alloc');
  });

  it.each([
    '',
    '{',
    'null',
    '[]',
    '{}',
    '{"schema":"evenkeel-profile/1"}',
    '{"nodes":[{}],"samples":[1]}',
    '{"nodes":[],"samples":[1]}',
    '{"head":{"children":[{}]},"samples":[]}',
    JSON.stringify({ ...cpu, timeDeltas: undefined }),
    JSON.stringify({ ...cpu, samples: [2, 99] }),
    JSON.stringify({ schema: 'evenkeel-profile/1', ...profile, stacks: [{ value: 1 }] }),
  ])('that is not a profile, %s, is refused by its name', (text) => {
    expect(() => readProfile(text, 'x.json')).toThrow(
      expect.objectContaining({ code: 'unreadable', message: expect.stringContaining('x.json') }),
    );
  });
});

/** A chain of calls, of which the innermost was sampled. */
function chain(depth: number, link: (id: number) => object, sampled = [depth]) {
  const nodes = Array.from({ length: depth }, (_, index) => ({
    id: index + 1,
    callFrame: call(index === 0 ? '(root)' : `f${index}`, 'file:///a.js', index + 1),
    ...link(index + 1),
  }));
  const timeDeltas = sampled.map(() => 10);
  return JSON.stringify({ nodes, startTime: 0, endTime: 1e6, samples: sampled, timeDeltas });
}

const byChildren = (depth: number) => (id: number) => ({ children: id < depth ? [id + 1] : [] });
const byParent = (id: number) => (id > 1 ? { parent: id - 1 } : {});

describe('a .cpuprofile of another tool', () => {
  it.each([
    ['children', byChildren(2048)],
    ['parents', byParent],
  ])('with 2 048 frames on each other, linked by %s, is drawn and compared', (_, link) => {
    const deep = readProfile(chain(2048, link), 'deep.cpuprofile');
    expect(deep.stacks[0]?.frames).toHaveLength(2047);
    // Not the whole picture in a failure's message.
    expect(renderFlameGraph(deep, { title: 'deep' }).includes('f1\u2003100.0 %')).toBe(true);
    const diff = diffProfiles(deep, deep);
    expect(renderDiffFlameGraph(diff, { title: 'deep' }).includes('>f1')).toBe(true);
    expect(topChanges(diff)).toEqual([]);
  });

  it('without a root, or with two, keeps all its frames', () => {
    const nodes = [
      { id: 7, callFrame: call('main', 'file:///a.js', 1) },
      { id: 8, callFrame: call('other', 'file:///a.js', 2) },
      { id: 9, callFrame: call('leaf', 'file:///a.js', 3), parent: 7 },
    ];
    const times = { startTime: 0, endTime: 30, samples: [9, 8], timeDeltas: [10, 10] };
    const { stacks } = readProfile(JSON.stringify({ nodes, ...times }), 'x');
    expect(stacks.map(({ frames }) => frames.map(({ name }) => name).join(';')).sort()).toEqual([
      'main;leaf',
      'other',
    ]);
  });

  it.each([
    ['a circle', chain(3, (id) => ({ children: [(id % 3) + 1] })), /call each other in a circle/],
    ['a node below itself', chain(2, (id) => ({ children: [id] })), /in a circle/],
    ['two callers', chain(4, (id) => ({ children: id < 3 ? [4] : [] })), /node 4 has two callers/],
    ['an unknown node', chain(2, (id) => ({ children: [id + 1] })), /node 3 is named, but not/],
    ['a node twice', chain(2, byParent).replace('"id":2', '"id":1'), /node 2, which is not there/],
  ])('with %s is refused', (_, text, why) => {
    expect(() => readProfile(text, 'x.cpuprofile')).toThrow(
      expect.objectContaining({
        code: 'unreadable',
        message: expect.stringMatching(new RegExp(`^x.cpuprofile is damaged: .*${why.source}`)),
      }),
    );
  });

  it('whose stacks would fill the memory is refused', () => {
    const depth = 10_000;
    const sampled = Array.from({ length: depth }, (_, index) => index + 1);
    expect(() => readProfile(chain(depth, byChildren(depth), sampled), 'x')).toThrow(
      /more than 20000000 frames together/,
    );
  });

  it('with a caller of very many functions is drawn', () => {
    const count = 130_000;
    const stacks = Array.from({ length: count }, (_, index) => ({
      frames: [{ name: `f${index}`, kind: 'application' as const }],
      value: 1,
      samples: 1,
    }));
    const wide: Profile = { kind: 'cpu', durationUs: 1, stacks };
    expect(renderFlameGraph(wide, { title: 'wide' }).includes('thinner frames')).toBe(true);
  });
});
