/** The plots: what stands where. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { renderPercentilePlot } from '#dist/lab/report/plot/percentiles.js';
import { renderTimeline } from '#dist/lab/report/plot/timeline.js';
import { linear, logarithmic, scaleFor, tickText } from '#dist/lab/svg/axis.js';
import { elements, parseXml } from '../profile/xml.js';

const title = 'Latency';
const positive = fc.double({ min: 1e-3, max: 1e6, noNaN: true });

test('every value lies between the ends of its axis, and ticks rise by round steps', () => {
  fc.assert(
    fc.property(fc.array(positive, { minLength: 1 }), (values) => {
      const { at, ticks } = scaleFor(values, 300, 100);
      for (const value of values) {
        expect(at(value)).toBeLessThanOrEqual(300 + 1e-6);
        expect(at(value)).toBeGreaterThanOrEqual(100 - 1e-6);
      }
      expect(ticks).toEqual([...ticks].sort((a, b) => a - b));
      for (const tick of ticks) expect(tickText(tick)).toMatch(/^[\d\u00a0]+(\.\d{1,4})?$/);
    }),
  );
});

test('an axis is linear from 0, and logarithmic if the largest is over 100 times the least', () => {
  expect(scaleFor([1, 100], 0, 1).ticks).toEqual(linear(100, 0, 1).ticks);
  expect(linear(48, 0, 1).ticks).toEqual([0, 20, 40, 60]);
  expect(scaleFor([1, 101], 0, 1).ticks).toEqual(logarithmic(1, 101, 0, 1).ticks);
  expect(logarithmic(0.3, 70, 0, 1).ticks).toEqual([0.1, 1, 10, 100]);
});

test('each nine has the same room, and the maximum a column of its own', () => {
  const percentiles = [50, 90, 99, 99.9, 99.99, 99.999, 100].map((percentile, index) => ({
    percentile,
    valueUs: 1000 * (index + 1),
  }));
  const svg = parseXml(renderPercentilePlot([{ name: 'PUT', percentiles }], { title }));
  const x = elements(svg, 'circle').map(({ attributes }) => Number(attributes.cx));
  const gaps = x.slice(1).map((value, index) => value - (x[index] ?? 0));
  for (const gap of gaps.slice(1, 5)) expect(gap).toBeCloseTo(gaps[1] ?? 0, 3);
  expect(elements(svg, 'text').map(({ text }) => text)).toEqual(
    expect.arrayContaining(['50 %', '99.999 %', 'max', '1.00', '7.00']),
  );
});

const second = (index: number, completed: number) => ({
  second: index,
  completed,
  p50Us: 900,
  p99Us: 2000,
  maxUs: 9000,
});
const paths = (svg: string) =>
  elements(parseXml(svg), 'path').map(({ attributes }) => attributes.d ?? '');

test('a second without answers leaves a gap in the latencies, and a zero in the rate', () => {
  const seconds = [second(0, 100), second(1, 0), second(2, 100)];
  const [rate = '', ...latencies] = paths(
    renderTimeline([{ name: 'PUT', seconds }], { title }),
  ).slice(4);
  expect(rate.match(/[ML]/g)).toEqual(['M', 'L', 'L']);
  expect(latencies.map((path) => path.match(/[ML]/g))).toEqual([
    ['M', 'M'],
    ['M', 'M'],
    ['M', 'M'],
  ]);
});

test('a band reaches from a line to its lower bounds, where they differ', () => {
  const bands = (svg: string) =>
    elements(parseXml(svg), 'path').filter(({ attributes }) => attributes['fill-opacity']);
  const point = (percentile: number, valueUs: number, lowerUs: number) => ({
    ...{ percentile, valueUs, lowerUs },
  });
  const plot = (lowerUs: number) =>
    renderPercentilePlot(
      [{ name: 'PUT', percentiles: [point(50, 1000, 1000), point(99, 4000, lowerUs)] }],
      { title },
    );
  expect(bands(plot(4000))).toEqual([]);
  const [band] = bands(plot(3000));
  const y = [...(band?.attributes.d ?? '').matchAll(/ (-?[\d.]+)/g)].map(([, at]) => Number(at));
  // Up to 4 ms, back from 3 ms, down to where both begin.
  expect(y).toHaveLength(4);
  const [begin = 0, top = 0, below = 0, end = 0] = y;
  expect([begin, end].map((at) => at - top)).toEqual([3 * (below - top), 3 * (below - top)]);

  const seconds = [second(0, 100), second(1, 100)].map((s) => ({ ...s, p99LowerUs: 1500 }));
  expect(bands(renderTimeline([{ name: 'PUT', seconds }], { title }))).toHaveLength(1);
});

test('the plots are well-formed and the same for equal input, also of nothing', () => {
  const draw = (name: string) => [
    renderPercentilePlot([{ name, percentiles: [{ percentile: 50, valueUs: 0 }] }], {
      title: name,
      subtitle: name,
    }),
    renderTimeline(
      [
        { name, seconds: [second(0, 1)] },
        { name, seconds: [] },
      ],
      { title: name, subtitle: name },
    ),
    renderPercentilePlot([], { title }),
    renderTimeline([], { title }),
  ];
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (name) => {
      for (const svg of draw(name)) {
        parseXml(svg);
        expect(svg).not.toMatch(/NaN|Infinity|undefined/);
      }
      expect(draw(name)).toEqual(draw(name));
    }),
    { numRuns: 10 },
  );
});
