/** The colours, seen with the eyes of those who see fewer. */
import { expect, test } from 'vitest';
import { grew, same, shrank } from '#dist/lab/profile/diff/diff-colours.js';
import { kindStyles } from '#dist/lab/profile/flame/palette.js';
import { seriesStyles } from '#dist/lab/svg/chart.js';
import { faint, ink, paper } from '#dist/lab/svg/svg.js';

type Triple = readonly [number, number, number];

/** Machado, Oliveira and Fernandes (2009), severity 1, on linear RGB. */
const eyes: Record<string, readonly Triple[]> = {
  'usual sight': [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

function linear(colour: string): Triple {
  const channel = (at: number) => {
    const value = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return [channel(1), channel(3), channel(5)];
}

const dot = (a: Triple, b: Triple) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
const luminance = (colour: string) => dot([0.2126, 0.7152, 0.0722], linear(colour));

function contrast(a: string, b: string): number {
  const [dark = 0, light = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (light + 0.05) / (dark + 0.05);
}

function lab(colour: string, eye: readonly Triple[]): Triple {
  const seen = eye.map((row) =>
    Math.min(1, Math.max(0, dot(row, linear(colour)))),
  ) as unknown as Triple;
  const f = (t: number) => (t > 0.008856 ? Math.cbrt(t) : 7.787 * t + 16 / 116);
  const x = f(dot([0.4124, 0.3576, 0.1805], seen) / 0.9505);
  const y = f(dot([0.2126, 0.7152, 0.0722], seen));
  const z = f(dot([0.0193, 0.1192, 0.9505], seen) / 1.089);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

function distance(a: string, b: string, eye: readonly Triple[]): number {
  const [p, q] = [lab(a, eye), lab(b, eye)];
  return Math.hypot(p[0] - q[0], p[1] - q[1], p[2] - q[2]);
}

test.each(Object.entries(eyes))('with %s, any two kinds of frame differ plainly', (_, eye) => {
  for (const a of kindStyles)
    for (const b of kindStyles)
      if (a !== b)
        expect(distance(a.colour, b.colour, eye), `${a.kind} and ${b.kind}`).toBeGreaterThan(20);
});

test.each(Object.entries(eyes))(
  'with %s, grew and shrank differ plainly where the change is not slight',
  (_, eye) => {
    for (const red of grew.slice(1))
      for (const blue of shrank.slice(1))
        expect(distance(red, blue, eye), `${red} and ${blue}`).toBeGreaterThan(20);
  },
);

test('dark text reads on every frame, and small print on paper', () => {
  const fills = [...kindStyles.map(({ colour }) => colour), ...grew, ...shrank, same, paper];
  for (const fill of fills) expect(contrast(ink, fill), fill).toBeGreaterThan(5);
  expect(contrast(faint, paper)).toBeGreaterThan(4.5);
  for (const { colour } of seriesStyles) expect(contrast(colour, paper), colour).toBeGreaterThan(3);
});
