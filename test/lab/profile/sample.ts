/** Profiles to test with: small ones by hand, and any at all. */
import fc from 'fast-check';
import type { Frame, FrameKind, Profile, Stack } from '#dist/lab/profile/profile.js';

export const frame = (
  name: string,
  file?: string,
  line?: number,
  kind: FrameKind = 'application',
): Frame => ({
  name,
  kind,
  ...(file === undefined ? {} : { file }),
  ...(line === undefined ? {} : { line }),
});

/** `stack('main;work', 30)`: 10 µs a sample. */
export const stack = (names: string, value: number, samples = Math.round(value / 10)): Stack => ({
  frames: names.split(';').map((name) => frame(name, `src/${name}.ts`, 3)),
  value,
  samples,
});

export const profileOf = (stacks: readonly Stack[], more: Partial<Profile> = {}): Profile => ({
  kind: 'cpu',
  stacks,
  durationUs: 1e6,
  ...more,
});

export const anyName = fc.oneof(
  fc.constantFrom(
    'main',
    'put',
    'get',
    '(anonymous)',
    '<init> & "co"',
    "it's ]]>",
    'a;b',
    'f (g:1)',
    '[k]',
  ),
  fc.string({ minLength: 1, unit: 'binary' }),
);

export const anyFrame: fc.Arbitrary<Frame> = fc
  .record({
    name: anyName,
    kind: fc.constantFrom<FrameKind>('application', 'dependency', 'node', 'v8', 'native'),
    file: fc.option(
      fc.oneof(fc.constantFrom('src/a.ts', 'node:net', 'node_modules/x/y.js', 'C:\\a:7'), anyName),
    ),
    line: fc.option(fc.integer({ min: 1, max: 999 })),
  })
  .map(({ name, kind, file, line }) => ({
    name,
    kind,
    ...(file === null ? {} : { file, ...(line === null ? {} : { line }) }),
  }));

export const anyStacks: fc.Arbitrary<Stack[]> = fc
  .uniqueArray(anyFrame, { minLength: 1, maxLength: 6, selector: (one) => JSON.stringify(one) })
  .chain((pool) =>
    fc.array(
      fc.record({
        frames: fc.array(fc.constantFrom(...pool), { maxLength: 6 }),
        value: fc.integer({ min: 0, max: 100_000 }),
        samples: fc.integer({ min: 1, max: 100 }),
      }),
      { maxLength: 25 },
    ),
  );

export const anyProfile: fc.Arbitrary<Profile> = fc
  .record({
    stacks: anyStacks,
    kind: fc.constantFrom<Profile['kind']>('cpu', 'alloc'),
    requests: fc.option(fc.integer({ min: 0, max: 10_000 })),
  })
  .map(({ stacks, kind, requests }) =>
    profileOf(stacks, { kind, ...(requests === null ? {} : { requests }) }),
  );
