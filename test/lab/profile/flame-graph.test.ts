/** The flame graph as a document; what it does in a browser is test/system/flamegraph.test.ts. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { renderFlameGraph } from '#dist/lab/profile/flame/flame-graph.js';
import { anyProfile, frame, profileOf, stack } from './sample.js';
import { elements, parseXml, type XmlElement } from './xml.js';

const draw = (
  ...[profile, options]:
    | Parameters<typeof renderFlameGraph>
    | [Parameters<typeof renderFlameGraph>[0]]
) => renderFlameGraph(profile, options ?? { title: 'CPU PUT' });

const rowsOf = (svg: XmlElement) =>
  elements(svg, 'g')
    .find(({ attributes }) => attributes.class === 'f')
    ?.children.map((row) =>
      row.children.map((group) => {
        const { x, width } = elements(group, 'rect')[0]?.attributes ?? {};
        return {
          x: Number(x),
          width: Number(width),
          title: elements(group, 'title')[0]?.text ?? '',
          group,
        };
      }),
    ) ?? [];

test('it is well-formed, whatever the names are', () => {
  fc.assert(
    fc.property(anyProfile, fc.string({ unit: 'binary' }), (profile, title) => {
      parseXml(draw(profile, { title, subtitle: title }));
    }),
    { numRuns: 30 },
  );
});

test('equal profiles give equal pictures, and the order of their stacks does not matter', () => {
  fc.assert(
    fc.property(anyProfile, (profile) => {
      expect(draw(structuredClone(profile))).toBe(draw(profile));
      expect(draw({ ...profile, stacks: profile.stacks.toReversed() })).toBe(draw(profile));
    }),
    { numRuns: 30 },
  );
});

test('no frame overlaps another, and each stands on one that is at least as wide', () => {
  fc.assert(
    fc.property(anyProfile, (profile) => {
      const rows = rowsOf(parseXml(draw(profile)));
      for (const [depth, row] of rows.entries()) {
        for (const [index, { x, width }] of row.entries()) {
          const before = row[index - 1];
          if (before !== undefined)
            expect(x).toBeGreaterThanOrEqual(before.x + before.width - 0.001);
          if (depth === 0) continue;
          const below = rows[depth - 1]?.some(
            (one) => one.x <= x + 0.001 && one.x + one.width >= x + width - 0.001,
          );
          expect(below).toBe(true);
        }
      }
    }),
    { numRuns: 30 },
  );
});

test('widths are shares of the total, to a ten-thousandth of a pixel', () => {
  const rows = rowsOf(
    parseXml(draw(profileOf([stack('a;b', 300), stack('a', 100), stack('c', 600)]))),
  );
  expect(rows.map((row) => row.map(({ x, width }) => [x, width]))).toEqual([
    [[0, 1168]],
    [
      [0, 467.2],
      [467.2, 700.8],
    ],
    [[0, 350.4]],
  ]);
});

test('a tooltip has name, place, self and inclusive, both a request and as a share', () => {
  const profile = profileOf([stack('a;b', 300), stack('a', 100), stack('c', 600)], {
    requests: 10,
  });
  expect(rowsOf(parseXml(draw(profile)))[1]?.[0]?.title).toBe(
    'a\u200340.0 %\nsrc/a.ts:3\n40.0 µs per request, self 10.0 µs (10.0 %)\n40 samples',
  );
  const { requests: _, ...uncounted } = profile;
  expect(rowsOf(parseXml(draw(uncounted)))[1]?.[0]?.title).toContain(
    '400 µs, self 100 µs (10.0 %)\n',
  );
});

test('the heading says the total per request, of how many, and of how many samples', () => {
  const cpu = draw(profileOf([stack('a', 41_300)], { requests: 1000, durationUs: 15e6 }));
  expect(cpu).toContain(
    '41.3 µs of CPU per request · 1\u00a0000 requests · 41.3 ms in all · ' +
      '4\u00a0130 samples in 15.0 s',
  );
  expect(draw(profileOf([stack('a', 2048)], { kind: 'alloc' }))).toContain(
    '2.05 kB allocated · 205 samples',
  );
});

test('written labels fit their frame', () => {
  const names = ['a', 'abcdefghijklmnopqrstuvwxyz', '漢字漢字漢字漢字', 'xy'];
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.constantFrom(...names), fc.integer({ min: 1, max: 1000 }))),
      (parts) => {
        const rows = rowsOf(
          parseXml(draw(profileOf(parts.map(([name, value]) => stack(name, value))))),
        );
        for (const { group, width } of rows.flat()) {
          const text = elements(group, 'text')[0]?.text ?? '';
          const columns = [...text].reduce((sum, char) => sum + (char > '\u2e80' ? 2 : 1), 0);
          expect(columns * 12 * 0.6 + (text === '' ? 0 : 8)).toBeLessThanOrEqual(width);
        }
      },
    ),
    { numRuns: 30 },
  );
});

test('it loads nothing: no address but the namespaces’', () => {
  const svg = draw(profileOf([stack('a', 1)]));
  expect([...svg.matchAll(/https?:[^"' ]+/g)].map(([address]) => address).sort()).toEqual([
    'http://www.w3.org/1999/xhtml',
    'http://www.w3.org/2000/svg',
    'http://www.w3.org/2000/svg',
  ]);
  expect(svg).not.toMatch(/href=|src=|eval\(|import|@font-face|url\(|<(image|use|link)/);
});

test('the widest 2 000 frames are drawn, in less than 400 kB', () => {
  const deep = (index: number) =>
    Array.from({ length: 10 }, (_, depth) =>
      frame(`functionOfLevel${depth}`, `src/some/directory/a-file-${index}.ts`, 100 + depth),
    );
  const wide = Array.from({ length: 300 }, (_, index) => ({
    frames: deep(index),
    value: 1234,
    samples: 7,
  }));
  const svg = draw(profileOf(wide, { requests: 1000 }));
  expect(svg.match(/<title>/g)).toHaveLength(2000);
  expect(svg).toContain('1\u00a0001 thinner frames are not drawn.');
  expect(Buffer.byteLength(svg)).toBeLessThan(400_000);
});

test('what is too thin is counted, and an empty profile is a picture too', () => {
  expect(draw(profileOf([stack('a', 1e6), stack('b;c;d', 1)]))).toContain(
    '3 thinner frames are not drawn.',
  );
  expect(rowsOf(parseXml(draw(profileOf([]))))).toHaveLength(1);
  const tower = Array.from({ length: 100 }, (_, depth) => `f${depth}`).join(';');
  expect(draw(profileOf([stack(tower, 1)]))).toContain('21 frames above level 80 are not drawn.');
});
