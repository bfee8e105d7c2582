/** The figures of the dashboard in a real Chromium, with a server under load. */
import { expect, test } from 'vitest';
import type { Stats } from '#dist/admin/stats/stats.js';
import { type ChartFigures, poll, startWatched, watch, work } from './dashboard-page.js';

const watched = watch();

const valuesOf = (charts: readonly ChartFigures[], title: string, line: number) =>
  charts.find((chart) => chart.title === title)?.values[line] ?? [];
const isBusy = (values: readonly (number | null)[]) =>
  values.filter((value) => value !== null && value > 0).length >= 4;

test('figures appear, move under load, and are those of the admin port', async () => {
  const { url, adminUrl } = await startWatched();
  work(url);
  await watched.page.chromium.open(adminUrl);
  await expect.poll(() => watched.page.text('#state'), poll).toBe('serving');
  for (const [title, line] of [
    ['Rate', 0],
    ['Rate', 1],
    ['Rate', 2],
    ['Rate', 3],
    ['Latency of GET', 0],
    ['Latency of PUT', 3],
    ['Latency of DELETE', 1],
    ['Latency of Ranges', 2],
    ['Commits', 0],
    ['Sync of a frame', 0],
    ['Event loop delay', 2],
    ['Load', 0],
    ['Memory', 0],
    ['Store size', 0],
  ] as const)
    await expect
      .poll(async () => isBusy(valuesOf(await watched.page.charts(), title, line)), poll)
      .toBe(true);
  const charts = await watched.page.charts();
  const { seconds } = (await (await fetch(`${adminUrl}/stats?seconds=600`)).json()) as Stats;
  const [rate] = charts;
  const puts = seconds.filter(({ toMs }) => rate?.timesMs.includes(toMs));
  expect(puts.length).toBeGreaterThan(3);
  for (const { toMs, operations } of puts) {
    const shown = rate?.values[1]?.[rate.timesMs.indexOf(toMs)] ?? 0;
    expect(Math.abs(shown - (operations.put?.perSecond ?? 0))).toBeLessThanOrEqual(0.5);
  }
  const inked = await watched.page.inked('Latency of PUT');
  expect(inked).toBeGreaterThan(3);
  const row = await watched.page.evaluate<string[]>(
    `[...document.querySelectorAll('#minute tbody tr:nth-child(2) > *')]
      .map((cell) => cell.textContent)`,
  );
  expect(row[0]).toBe('PUT');
  for (const figure of [row[1], ...row.slice(3)]) expect(Number(figure)).toBeGreaterThan(0);
});

test('each chart has a table of the same figures, with heads and a caption', async () => {
  const { url, adminUrl } = await startWatched();
  work(url);
  await watched.page.chromium.open(adminUrl);
  await expect
    .poll(async () => isBusy(valuesOf(await watched.page.charts(), 'Rate', 0)), poll)
    .toBe(true);
  await watched.page.evaluate(`document.getElementById('pause').click()`);
  await watched.page.openTables();
  for (const { title, timesMs } of await watched.page.charts()) {
    await expect
      .poll(async () => (await watched.page.tableAndChart(title)).rows.length, poll)
      .toBe(timesMs.length);
    const { rows, chart } = await watched.page.tableAndChart(title);
    const numbers = rows.map((row) => row.slice(1).map(numberOf)).reverse();
    const drawn = chart.timesMs.map((_, at) => chart.values.map((line) => line[at] ?? null));
    expect(numbers).toEqual(drawn);
  }
  const bare =
    await watched.page.evaluate(`[...document.querySelectorAll('table')].filter((table) =>
    !table.querySelector('caption') ||
    [...table.querySelectorAll('th')].some((th) => !/^(row|col)$/.test(th.scope))).length`);
  expect(bare).toBe(0);
});

function numberOf(text: string): number | null {
  return text === '–' ? null : Number(text.replace(/\u00a0/g, ''));
}

test('light, dark and narrow: colours follow, and nothing is wider than the window', async () => {
  const { url, adminUrl } = await startWatched();
  work(url);
  await watched.page.chromium.open(adminUrl);
  await expect
    .poll(async () => isBusy(valuesOf(await watched.page.charts(), 'Rate', 0)), poll)
    .toBe(true);
  const background = () => watched.page.evaluate(`getComputedStyle(document.body).backgroundColor`);
  const seen = { light: 'rgb(246, 248, 250)', dark: 'rgb(13, 17, 23)' } as const;
  for (const scheme of ['light', 'dark'] as const)
    for (const width of [1280, 390, 320]) {
      await watched.page.look(scheme, width);
      await expect.poll(background, poll).toBe(seen[scheme]);
      await expect.poll(() => watched.page.overflow(), poll).toBe(0);
      await expect
        .poll(
          () => watched.page.evaluate(`document.querySelector('.plot canvas').clientWidth`),
          poll,
        )
        .toBeLessThan(width);
      await watched.page.keep(`dashboard-${scheme}-${width}`);
    }
  await watched.page.openTables();
  await expect.poll(() => watched.page.overflow(), poll).toBe(0);
  await watched.page.look('light', 1280);
});
