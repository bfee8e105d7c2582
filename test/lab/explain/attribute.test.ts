/** Causes of slow requests from scripted evidence: each alone, mixtures, and queues behind them. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { attribute } from '#dist/lab/explain/attribute.js';
import { causes } from '#dist/lab/explain/causes.js';
import { kinds, type Seen } from '#dist/lab/explain/evidence.js';
import { percentages } from '#dist/lab/explain/explanation-text.js';
import type { SlowRequest } from '#dist/lab/load/result/result.js';
import { slowRequest } from '../load/output/sample.js';
import { ms, seen, startUs } from './evidence.js';

const fortyMs = slowRequest(20 * ms, 40 * ms);

function causesOf(requests: readonly SlowRequest[], evidence: readonly Seen[]): string[] {
  return attribute(requests, evidence, startUs).map(
    ({ cause, behind }) => `${behind ? 'behind: ' : ''}${cause}`,
  );
}

describe('the cause of a request from 20 to 60 ms is', () => {
  test.each<[string, Seen[]]>([
    ['not explained', []],
    ['process stopped', [seen('stopped', 10, 55)]],
    ['CPU taken by others', [seen('cpu', 25, 55)]],
    ['CPU taken by others', [seen('host', 25, 55)]],
    ['page fault', [seen('fault', 25, 55)]],
    ['page fault', [seen('thread-fault', 25, 55)]],
    ['disk sync', [seen('sync', 25, 55)]],
    ['disk sync', [seen('commit', 25, 55)]],
    ['disk sync', [seen('held', 25, 55)]],
    ['disk sync', [seen('thread-sync', 25, 55)]],
    ['garbage collection', [seen('collection', 25, 55)]],
    ['blocked event loop', [seen('turn', 25, 55)]],
    ['generator', [seen('standstill', 25, 60, 0)]],
    // Less than half of it, none of it, or a standstill of another thread.
    ['not explained', [seen('collection', 25, 44)]],
    ['not explained', [seen('collection', 0, 20), seen('collection', 60, 99)]],
    ['not explained', [seen('standstill', 25, 60, 1)]],
    // A turn that stands still for another reason.
    ['garbage collection', [seen('turn', 21, 60), seen('collection', 22, 58)]],
    ['disk sync', [seen('turn', 21, 60), seen('sync', 22, 58)]],
    ['page fault', [seen('turn', 21, 60), seen('fault', 22, 58)]],
    ['CPU taken by others', [seen('collection', 21, 60), seen('cpu', 22, 45)]],
    // It came after a collection, in the turn that works off what piled up.
    ['garbage collection', [seen('turn', 0, 60), seen('collection', 0, 35)]],
    ['blocked event loop', [seen('turn', 0, 60), seen('collection', 0, 25)]],
    ['garbage collection', [seen('collection', 0, 35), seen('turn', 36, 60)]],
    ['blocked event loop', [seen('collection', 0, 10), seen('turn', 12, 60)]],
    ['blocked event loop', [seen('collection', 0, 35), seen('turn', 40, 60)]],
    // A commit that waits for the event loop, not for the disk.
    ['blocked event loop', [seen('commit', 20, 60), seen('turn', 22, 60)]],
    // Two together take half, and the larger is named.
    ['garbage collection', [seen('collection', 25, 37), seen('cpu', 37, 46)]],
    // Many short commits or turns pass, each for other requests.
    ['not explained', Array.from({ length: 8 }, (_, n) => seen('commit', 5 * n + 20, 5 * n + 25))],
    ['blocked event loop', [seen('busy', 20, 60)]],
    ['not explained', [seen('busy', 20, 50)]],
  ])('%s', (cause, evidence) => {
    expect(causesOf([fortyMs], evidence)).toEqual([cause]);
  });

  test('the generator, if it sent it late', () => {
    const late = slowRequest(20 * ms, 40 * ms, { lagUs: 39 * ms, serviceUs: ms });
    expect(causesOf([late], [seen('collection', 20, 59)])).toEqual(['generator']);
  });

  test('the wait for its connection, if nothing else was seen', () => {
    const queued = slowRequest(20 * ms, 40 * ms, { waitUs: 35 * ms, serviceUs: 5 * ms });
    expect(causesOf([queued], [])).toEqual(['connection wait']);
    expect(causesOf([queued], [seen('collection', 20, 50)])).toEqual(['garbage collection']);
  });
});

describe('if queue and unseen time take more than half, the cause is the largest part', () => {
  test.each<[string, number, Seen[]]>([
    // It queued for 18 of its 40 ms. 3 ms were not seen. A collection and others had the rest.
    ['connection wait', 18, [seen('collection', 38, 48), seen('cpu', 48, 57)]],
    ['not explained', 12, [seen('collection', 32, 43)]],
    ['garbage collection', 12, [seen('collection', 32, 51)]],
  ])('%s', (cause, waitMs, evidence) => {
    expect(causesOf([queuedFor(waitMs)], evidence)).toEqual([cause]);
  });

  test('or that of the slow request before it, if the queue is the largest', () => {
    const evidence = [seen('sync', 0, 20), seen('collection', 38, 48), seen('cpu', 48, 57)];
    const requests = [slowRequest(0, 38 * ms), queuedFor(18)];
    expect(causesOf(requests, evidence)).toEqual(['disk sync', 'behind: disk sync']);
  });

  function queuedFor(waitMs: number): SlowRequest {
    const waitUs = waitMs * ms;
    return slowRequest(20 * ms, 40 * ms, { waitUs, serviceUs: 40 * ms - waitUs });
  }
});

test('a request behind a slow one on its connection has its cause, also in the third place', () => {
  const behind = { waitUs: 21 * ms, serviceUs: ms };
  const requests = [
    slowRequest(0, 40 * ms),
    slowRequest(38 * ms, 22 * ms, behind),
    slowRequest(39 * ms, 22 * ms, { ...behind, connection: 1 }),
    slowRequest(59 * ms, 22 * ms, behind),
    slowRequest(60 * ms, 22 * ms),
  ];
  expect(causesOf(requests, [seen('collection', 2, 38)])).toEqual([
    'garbage collection',
    'behind: garbage collection',
    'connection wait',
    'behind: garbage collection',
    'not explained',
  ]);
});

test('a request that comes while the target works off a stall has the cause of the stall', () => {
  const requests = [slowRequest(0, 40 * ms), slowRequest(38 * ms, 22 * ms, { connection: 1 })];
  const evidence = [seen('collection', 2, 36), seen('busy', 36, 60)];
  expect(causesOf(requests, evidence)).toEqual([
    'garbage collection',
    'behind: garbage collection',
  ]);
});

test('whatever was seen, each request has one cause, and its parts add up to its latency', () => {
  const request = fc
    .record({
      ...{ dueUs: fc.nat(100), waitUs: fc.nat(50), lagUs: fc.nat(50), serviceUs: fc.nat(50) },
      ...{ thread: fc.nat(1), connection: fc.nat(1) },
    })
    .map((one) => {
      const latencyUs = one.waitUs + one.lagUs + one.serviceUs;
      return { ...one, latencyUs, dueAtMs: 0 };
    });
  const evidence = fc
    .record({
      ...{ kind: fc.constantFrom(...kinds), fromUs: fc.nat(200), length: fc.nat(60) },
      thread: fc.nat(1),
    })
    .map(({ length, ...one }) => ({ ...one, toUs: one.fromUs + length }));
  fc.assert(
    fc.property(fc.array(request), fc.array(evidence), (requests, all) => {
      const attributed = attribute(requests, all, 0);
      expect(attributed).toHaveLength(requests.length);
      for (const { request, cause, parts } of attributed) {
        expect(causes).toContain(cause);
        const sum = Object.values(parts).reduce((a, b) => a + b, 0);
        expect(sum).toBeCloseTo(request.latencyUs, 6);
      }
    }),
  );
});

test('shares are rounded so that they add up to 100 %', () => {
  expect(percentages([1, 1, 1])).toEqual(['33.4 %', '33.3 %', '33.3 %']);
  expect(percentages([])).toEqual([]);
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 1e6 }), { minLength: 1 }), (counts) => {
      const sum = percentages(counts).reduce((total, text) => total + Number.parseFloat(text), 0);
      expect(sum).toBeCloseTo(100, 6);
    }),
  );
});

test('a stall of seconds with all that was seen of it is explained at once', () => {
  const requests = Array.from({ length: 20_000 }, (_, n) =>
    slowRequest(n * 100, 3000 * ms, { connection: n % 20 }),
  );
  const evidence = Array.from({ length: 5000 }, (_, n) => [
    seen('collection', n, n + 0.3),
    seen('busy', n, n + 0.9),
    seen('commit', n, n + 1),
  ]).flat();
  // Work that grows with requests times spans would take minutes.
  expect(attribute(requests, evidence, startUs)).toHaveLength(20_000);
});
