/** `evenkeel profile -o cpu.pb.gz` as `go tool pprof` reads it: its top ten are ours. */
import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { beforeAll, expect, it } from 'vitest';
import { pprofName } from '#dist/lab/profile/convert/pprof.js';
import { readProfile } from '#dist/lab/profile/convert/profile-json.js';
import { topFrames } from '#dist/lab/profile/frame-table.js';
import { bundleService } from '../lab/profile/bundle.js';
import { profileService } from '../lab/profile/busy-service.js';
import { requireMachine } from '../support/requirements.js';

beforeAll(() => requireMachine({ programs: ['go'] }));

/** µs by the name of a function, as `go tool pprof -top` prints them. */
function topOf(file: string): Map<string, number> {
  const args = ['tool', 'pprof', '-top', '-nodecount=10', '-nodefraction=0', '-unit=us', file];
  const rows = execFileSync('go', args, { encoding: 'utf8' }).matchAll(
    /^ *([\d.]+)(?:us)? +[\d.]+% +[\d.]+% +[\d.]+(?:us)? +[\d.]+% {2}(.+)$/gm,
  );
  return new Map([...rows].map(([, us, name = '']) => [name, Number(us)]));
}

it('go tool pprof -top of a bundled service agrees with our top ten', async () => {
  const { file, placeOf } = await bundleService(true);
  const { files, stderr } = await profileService(file, ['json', 'pb.gz', 'md']);
  expect(stderr).toBe('');
  const [json = '', pprof = '', markdown = ''] = files;
  const profile = readProfile(await readFile(json, 'utf8'), json);
  const ours = new Map<string, number>();
  for (const frame of topFrames(profile, Number.POSITIVE_INFINITY)) {
    const name = pprofName(frame);
    ours.set(name, (ours.get(name) ?? 0) + frame.self);
  }
  const ranked = [...ours].sort(([, a], [, b]) => b - a).slice(0, 10);
  const top = topOf(pprof);
  expect(top.size).toBe(10);
  expect([...top.values()].map(Math.round)).toEqual(ranked.map(([, us]) => Math.round(us)));
  for (const [name, us] of top) expect(ours.get(name), name).toBeCloseTo(us, 0);
  expect([...top.keys()][0]).toBe('total (src/pricing.ts)');
  expect(await readFile(markdown, 'utf8')).toContain(
    `| \`total\` | \`${await placeOf('src/pricing.ts', 'total(turns')}\` |`,
  );
});
