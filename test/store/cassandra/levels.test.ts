/** From `ack/from` to levels: reads and writes that have to meet do. */
import cassandra from 'cassandra-driver';
import { expect, test } from 'vitest';
import { Levels } from '#dist/store/cassandra/levels.js';

const { one, two, three, quorum, all } = cassandra.types.consistencies;

test('of three replicas, the levels are those that were asked for', () => {
  const levels = new Levels(cassandra, 3);
  const ofWrite = (ack: number, from: number) => levels.ofWrite({ ack, from }).consistency;
  const ofRead = (ack: number, from: number) => levels.ofRead({ ack, from }).consistency;
  expect([ofWrite(1, 3), ofWrite(2, 3), ofWrite(3, 3)]).toEqual([one, two, all]);
  expect([ofWrite(1, 2), ofWrite(2, 2), ofWrite(1, 1)]).toEqual([two, all, all]);
  expect([ofRead(1, 3), ofRead(2, 3), ofRead(3, 3), ofRead(1, 1)]).toEqual([one, two, all, one]);
  expect(levels.ofWrite(undefined)).toEqual({ consistency: quorum, needed: 2 });
  expect(levels.ofRead(undefined)).toEqual({ consistency: quorum, needed: 2 });
});

test.each([1, 2, 3, 4, 5, 6, 7, 8, 9])(
  'with %i replicas, any a/f and b/f with a + b > f meet in one replica',
  (factor) => {
    const levels = new Levels(cassandra, factor);
    const half = Math.floor(factor / 2) + 1;
    const reaches = new Map([
      [one, 1],
      [two, 2],
      [three, 3],
      [quorum, half],
      [all, factor],
    ]);
    for (let from = 1; from <= factor; from++)
      for (let write = 1; write <= from; write++)
        for (let read = 1; read <= from; read++) {
          const written = levels.ofWrite({ ack: write, from });
          const asked = levels.ofRead({ ack: read, from });
          // The level stands for the count, and for no fewer than were asked for.
          expect(reaches.get(written.consistency)).toBe(written.needed);
          expect(reaches.get(asked.consistency)).toBe(asked.needed);
          expect(asked.needed).toBeGreaterThanOrEqual(read);
          expect(written.needed).toBeGreaterThanOrEqual(write + factor - from);
          if (write + read > from) expect(written.needed + asked.needed).toBeGreaterThan(factor);
        }
  },
);
