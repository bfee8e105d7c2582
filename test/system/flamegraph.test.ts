/**
 * Flame graphs opened in a real Chromium: zoom, search, tooltips, keys, and not one complaint on
 * the console.
 */
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { diffProfiles } from '#dist/lab/profile/diff/diff.js';
import { renderDiffFlameGraph } from '#dist/lab/profile/diff/diff-graph.js';
import { renderFlameGraph } from '#dist/lab/profile/flame/flame-graph.js';
import { profileOf, stack } from '../lab/profile/sample.js';
import { control, Viewer } from '../lab/profile/viewer.js';

const profile = profileOf(
  [
    stack('main;serve;write', 30_000),
    stack('main;serve;write;writev', 20_000),
    stack('main;serve;parse', 20_000),
    stack('main;idle', 30_000),
  ],
  { requests: 1000 },
);
const picture = renderFlameGraph(profile, { title: 'CPU PUT' });
const fullWidth = 1168;

let viewer: Viewer;
beforeAll(async () => {
  viewer = await Viewer.start();
});
afterAll(() => viewer?.close());
beforeEach(() => void viewer.chromium.complaints.splice(0));
afterEach(() => expect(viewer.chromium.complaints).toEqual([]));

test('a click gives a frame the whole width, without its neighbours; Esc undoes it', async () => {
  await viewer.show(picture);
  expect([await viewer.width('write'), await viewer.width('main')]).toEqual([584, fullWidth]);
  await viewer.click('write');
  await expect.poll(() => viewer.width('write')).toBe(fullWidth);
  expect(await viewer.width('writev')).toBeCloseTo(467.2, 2);
  expect([await viewer.width('parse'), await viewer.width('idle')]).toEqual([0, 0]);
  expect([await viewer.classOf('main'), await viewer.classOf('write')]).toEqual(['a up', 'a']);
  await viewer.keep('zoomed');
  await viewer.press('Escape');
  await expect.poll(() => viewer.width('write')).toBe(584);
  expect(await viewer.width('idle')).toBeCloseTo(350.4, 2);
});

test('a search marks, and counts what lies within a match once', async () => {
  await viewer.show(picture);
  await viewer.press('/');
  await viewer.chromium.send('Input.insertText', { text: '^wri' });
  await expect.poll(() => viewer.result()).toBe('2 frames, 50.0 %');
  const classes = await Promise.all(
    ['write', 'writev', 'parse'].map((name) => viewer.classOf(name)),
  );
  expect(classes).toEqual(['a hit', 'a hit', 'a miss']);
  await viewer.keep('searched');
  await viewer.press('Escape');
  await expect.poll(() => viewer.result()).toBe('');
  expect(await viewer.classOf('parse')).toBe('a');
});

test.each([
  ['parse%5C.ts%3A3', '1 frame, 20.0 %'],
  ['MAIN', '0 frames, 0.0 %'],
  ['main', '1 frame, 100.0 %'],
  ['(', 'not a regular expression'],
])('a search for %s says “%s”', async (pattern, result) => {
  await viewer.show(picture, `#search=${pattern}`);
  expect(await viewer.result()).toBe(result);
});

test('Ctrl-F goes to the search field, the button resets', async () => {
  await viewer.show(picture, '#frame=3&search=write');
  await viewer.press('f', control);
  expect(await viewer.evaluate('document.activeElement.value')).toBe('write');
  await viewer.evaluate(`document.querySelector('button').click()`);
  await expect.poll(() => viewer.result()).toBe('');
  expect(await viewer.width('main')).toBe(fullWidth);
});

test('the address holds the view, and Back leads out of it', async () => {
  await viewer.show(picture);
  await viewer.click('serve');
  const address = () => viewer.evaluate<string>('location.hash');
  await expect.poll(address).toMatch(/^#frame=\d+$/);
  const link = await address();
  await viewer.evaluate('history.back()');
  await expect.poll(() => viewer.width('idle')).toBeCloseTo(350.4, 2);
  await viewer.show(picture, link);
  expect([await viewer.width('serve'), await viewer.width('idle')]).toEqual([fullWidth, 0]);
});

test('a tooltip tells name, place, self and inclusive, and goes with the pointer', async () => {
  await viewer.show(picture);
  await viewer.pointAt('write');
  await expect
    .poll(() => viewer.tip())
    .toEqual([
      'write\u200350.0 %',
      'src/write.ts:3',
      '50.0 µs per request, self 30.0 µs (30.0 %)',
      '5\u00a0000 samples',
    ]);
  await viewer.keep('tooltip');
  await viewer.chromium.send('Input.dispatchMouseEvent', { type: 'mouseMoved', x: 600, y: 60 });
  await expect.poll(() => viewer.tip()).toEqual([]);
});

test('keys alone lead through the frames: Tab enters, arrows walk, Enter zooms', async () => {
  await viewer.show(picture);
  await viewer.press('Tab');
  expect(await viewer.focused()).toBe('all');
  for (const [key, name] of [
    ['ArrowUp', 'main'],
    ['ArrowUp', 'serve'],
    ['ArrowLeft', 'idle'],
    ['ArrowRight', 'serve'],
    ['ArrowUp', 'write'],
    ['ArrowDown', 'serve'],
  ] as const) {
    await viewer.press(key);
    expect(await viewer.focused()).toBe(name);
    expect((await viewer.tip())[0]).toContain(name);
  }
  await viewer.press('Enter');
  await expect.poll(() => viewer.width('serve')).toBe(fullWidth);
  await viewer.press('Escape');
  await expect.poll(() => viewer.width('serve')).toBeCloseTo(817.6, 2);
});

test('names are shown as they are: no markup, and no script of theirs runs', async () => {
  const name = `</title><script>console.error(1)</script>]]>&amp'"<b>`;
  await viewer.show(renderFlameGraph(profileOf([stack(name, 100)]), { title: name }));
  const written = `document.querySelectorAll('.f g g')[1].querySelector('text').textContent`;
  expect(await viewer.evaluate(written)).toContain(name);
});

test('a difference’s search adds up what changed', async () => {
  const after = profileOf([...profile.stacks, stack('main;serve;parse', 40_000)], {
    requests: 1000,
  });
  const difference = renderDiffFlameGraph(diffProfiles(profile, after), {
    title: 'before and after',
  });
  await viewer.show(difference, '#search=parse');
  expect(await viewer.result()).toBe('1 frame, +40.00 µs per request');
  await viewer.keep('difference');
});
