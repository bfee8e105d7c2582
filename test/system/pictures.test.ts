/** Pictures as a Markdown page shows them: images of 1 200 px, in which no script runs. */
import { spawnSync } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { diffProfiles } from '#dist/lab/profile/diff/diff.js';
import { renderDiffFlameGraph } from '#dist/lab/profile/diff/diff-graph.js';
import { renderFlameGraph } from '#dist/lab/profile/flame/flame-graph.js';
import type { Profile } from '#dist/lab/profile/profile.js';
import { renderPercentilePlot } from '#dist/lab/report/plot/percentiles.js';
import { renderTimeline } from '#dist/lab/report/plot/timeline.js';
import { type CpuProfile, fromCpuProfile } from '../lab/profile/cpu-profile.js';
import { Viewer } from '../lab/profile/viewer.js';

let viewer: Viewer;
let real: Profile;
beforeAll(async () => {
  viewer = await Viewer.start();
  real = await realProfile();
});
afterAll(() => viewer?.close());

/** A profile of TypeScript's compiler at work on its own text. */
async function realProfile(): Promise<Profile> {
  const compiler = fileURLToPath(
    new URL('../../node_modules/typescript/lib/typescript.js', import.meta.url),
  );
  const work = `const [, file] = process.argv;
const text = require('node:fs').readFileSync(file, 'utf8').slice(0, 2_000_000);
require(file).transpileModule(text, {});`;
  const run = spawnSync(process.execPath, [
    '--cpu-prof',
    `--cpu-prof-dir=${viewer.directory}`,
    '-e',
    work,
    compiler,
  ]);
  expect(run.status, String(run.stderr)).toBe(0);
  const name = (await readdir(viewer.directory)).find((file) => file.endsWith('.cpuprofile')) ?? '';
  const text = await readFile(join(viewer.directory, name), 'utf8');
  return fromCpuProfile(JSON.parse(text) as CpuProfile, 1000);
}

/** The same program with a scanner nine times as dear. */
function dearer(profile: Profile): Profile {
  const stacks = profile.stacks.map((stack) => {
    const scans = stack.frames.some(({ name }) => name === 'scan');
    return scans ? { ...stack, value: stack.value * 9, samples: stack.samples * 9 } : stack;
  });
  return { ...profile, stacks };
}

const percentiles = [50, 90, 99, 99.9, 99.99, 99.999, 100];
const latencies = (scale: number) =>
  percentiles.map((percentile, n) => ({ percentile, valueUs: 1000 + scale * n ** 2 }));
const seconds = (scale: number) =>
  Array.from({ length: 60 }, (_, second) => ({
    second,
    completed: 10_000 - (second % 5),
    p50Us: 1000,
    p99Us: 2500 + (second % 7) * scale,
    maxUs: 9000 + (second % 11) * 4 * scale,
  }));

const pictures: Record<string, () => string> = {
  flame: () => renderFlameGraph(real, { title: 'CPU', subtitle: 'TypeScript at work on itself' }),
  alloc: () => renderFlameGraph({ ...real, kind: 'alloc' }, { title: 'ALLOC' }),
  diff: () =>
    renderDiffFlameGraph(diffProfiles(real, dearer(real)), { title: 'CPU, before and after' }),
  percentiles: () =>
    renderPercentilePlot(
      [
        { name: 'PUT', percentiles: latencies(1300) },
        { name: 'GET', percentiles: latencies(700) },
      ],
      { title: 'Latency by percentile', subtitle: '10 000 requests/s' },
    ),
  timeline: () =>
    renderTimeline(
      [
        { name: 'PUT', seconds: seconds(500) },
        { name: 'GET', seconds: seconds(200) },
      ],
      { title: 'Second by second' },
    ),
};

test.each(Object.keys(pictures))(
  '%s: the image has the size it says and shows more than an empty sheet',
  async (name) => {
    const svg = pictures[name]?.() ?? '';
    expect(Buffer.byteLength(svg)).toBeLessThan(600_000);
    await viewer.write(`${name}.svg`, svg);
    const page = await viewer.write(
      `${name}.html`,
      `<body style="margin:0"><img src="${name}.svg">`,
    );
    await viewer.chromium.open(String(pathToFileURL(page)));
    const [, width, height] = /width="(\d+)" height="(\d+)"/.exec(svg) ?? [];
    const shown = await viewer.evaluate(
      '[document.images[0].naturalWidth, document.images[0].naturalHeight]',
    );
    expect(shown).toEqual([Number(width), Number(height)]);
    expect((await viewer.keep(name)).length).toBeGreaterThan(15_000);
  },
);
