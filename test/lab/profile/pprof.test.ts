/** A profile in pprof's format, decoded again: the same stacks with the same values. */
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { Profile as Pprof } from 'pprof-format';
import { describe, expect, it } from 'vitest';
import { pprofName, toPprof } from '#dist/lab/profile/convert/pprof.js';
import type { Profile } from '#dist/lab/profile/profile.js';
import { anyProfile, frame, profileOf, stack } from './sample.js';

async function decoded(profile: Profile, comments?: readonly string[]) {
  const bytes = gunzipSync(await toPprof(profile, comments));
  const pprof = Pprof.decode(new Uint8Array(bytes));
  const text = (index: number | bigint) => pprof.stringTable.strings[Number(index)] as string;
  const names = new Map(pprof.function.map(({ id, name }) => [Number(id), text(name)]));
  const byLocation = new Map(
    pprof.location.map(({ id, line }) => [
      Number(id),
      { name: names.get(Number(line[0]?.functionId)), line: Number(line[0]?.line) },
    ]),
  );
  return {
    types: pprof.sampleType.map(({ type, unit }) => `${text(type)}/${text(unit)}`),
    durationNanos: Number(pprof.durationNanos),
    comments: pprof.comment.map(text),
    stacks: pprof.sample.map(({ locationId, value }) => ({
      frames: locationId.map((id) => byLocation.get(Number(id))).reverse(),
      values: value.map(Number),
    })),
  };
}

describe('a profile as pprof', () => {
  it('has the samples and the nanoseconds of each stack, and equal stacks once', async () => {
    const profile = profileOf([stack('main;put', 30), stack('main', 20), stack('main;put', 10)]);
    expect(await decoded(profile, ['what it is'])).toEqual({
      types: ['samples/count', 'cpu/nanoseconds'],
      durationNanos: 1e9,
      comments: ['what it is'],
      stacks: [
        {
          frames: [
            { name: 'main (src/main.ts)', line: 3 },
            { name: 'put (src/put.ts)', line: 3 },
          ],
          values: [4, 40_000],
        },
        { frames: [{ name: 'main (src/main.ts)', line: 3 }], values: [2, 20_000] },
      ],
    });
  });

  it.each([
    ['alloc', 'alloc_space/bytes'],
    ['growth', 'inuse_space/bytes'],
  ] as const)('of %s has %s', async (kind, type) => {
    const { types, stacks } = await decoded(profileOf([stack('a', 77)], { kind }));
    expect(types[1]).toBe(type);
    expect(stacks[0]?.values[1]).toBe(77);
  });

  it('keeps the sum of any', async () => {
    await fc.assert(
      fc.asyncProperty(anyProfile, async (profile) => {
        const { stacks } = await decoded(profile);
        const scale = profile.kind === 'cpu' ? 1000 : 1;
        expect(stacks.reduce((sum, { values }) => sum + (values[1] ?? 0), 0)).toBe(
          scale * profile.stacks.reduce((sum, { value }) => sum + value, 0),
        );
      }),
      { numRuns: 30 },
    );
  });

  it('tells functions of one name apart', () => {
    expect(pprofName(frame('get', 'src/a.ts', 1))).toBe('get (src/a.ts)');
    expect(pprofName(frame('(anonymous)', 'src/a.ts', 9))).toBe('(anonymous) (src/a.ts:9)');
    expect(pprofName(frame('(program)'))).toBe('(program)');
  });
});
