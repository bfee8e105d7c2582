/** Causes of slow requests from scripted evidence: each alone, mixtures, and none to be named. */
import { describe, expect, test } from 'vitest';
import type { SlowRequest } from '#dist/lab/load/result/result.js';
import { stallGroups } from '#dist/lab/load/result/stall-groups.js';
import { type Attributed, attribute } from '../../bench/tail/attribute.js';
import type { Evidence, Sample, Stretch, ThreadSample, Who } from '../../bench/tail/evidence.js';
import { countUnnamed, describe as describeSlow, rowsOf } from '../../bench/tail/table.js';
import { slowRequest } from '../lab/load/output/sample.js';

const ms = 1000;
/** The run's third second, in which most requests here are due. */
const at = 3_000 * ms;

const idle: ThreadSample = { cpuUs: 0, waitUs: 0, faults: 0, stopped: false };

/** Ten samples of 10 ms from 3 s on; the kernel adds a wait to the one in which it ends. */
function samples(
  change: (n: number) => Partial<Record<Who, Partial<ThreadSample>>>,
  stealUs = 0,
): Sample[] {
  return Array.from({ length: 10 }, (_, n) => {
    const threads = Object.entries(change(n)).map(([who, thread]) => [who, { ...idle, ...thread }]);
    const fromUs = at + n * 10 * ms;
    return { fromUs, toUs: fromUs + 10 * ms, stealUs, threads: Object.fromEntries(threads) };
  });
}

function stretch(what: Stretch['what'], who: Who, fromMs: number, toMs: number): Stretch {
  return { what, who, fromUs: at + fromMs * ms, toUs: at + toMs * ms, note: '' };
}

function causesOf(requests: readonly SlowRequest[], evidence: Partial<Evidence>): string[] {
  const all = { stretches: [], samples: samples(() => ({})), ...evidence };
  return stallGroups(requests).flatMap((moment) =>
    attribute(moment, all).map(({ cause }) => cause),
  );
}

const fortyMs = slowRequest(at + 20 * ms, 40 * ms);

describe('the cause of a request of 40 ms is', () => {
  test.each<[string, Partial<Evidence>]>([
    ['unknown', {}],
    ['garbage collection', { stretches: [stretch('gc', 'main', 25, 55)] }],
    ['unknown', { stretches: [stretch('gc', 'main', 25, 44)] }],
    ['unknown', { stretches: [stretch('gc', 'main', 61, 99)] }],
    ['disk sync', { stretches: [stretch('commit', 'main', 22, 58)] }],
    ['checkpoint behind', { stretches: [stretch('held', 'main', 22, 58)] }],
    ['generator late', { stretches: [stretch('loop', 'generator 0', 22, 60)] }],
    ['unknown', { stretches: [stretch('loop', 'generator 1', 22, 60)] }],
    [
      'generator late',
      { samples: samples((n) => (n === 5 ? { 'generator 0': { waitUs: 35 * ms } } : {})) },
    ],
    [
      'CPU taken by others',
      { samples: samples((n) => (n === 5 ? { main: { waitUs: 35 * ms } } : {})) },
    ],
    [
      'CPU taken by others',
      { samples: samples((n) => ({ 'network 1': { waitUs: n === 5 ? 35 * ms : 0 } })) },
    ],
    ['unknown', { samples: samples((n) => (n === 8 ? { main: { waitUs: 35 * ms } } : {})) }],
    ['CPU taken by the host', { samples: samples(() => ({}), 8 * ms) }],
    ['server stopped', { samples: samples(() => ({ main: { stopped: true } })) }],
  ])('%s', (cause, evidence) => {
    expect(causesOf([fortyMs], evidence)).toEqual([cause]);
  });

  test('not the disk, if the event loop had no turn to hear of the commit', () => {
    const stretches = [stretch('commit', 'main', 20, 60), stretch('loop', 'main', 22, 60)];
    const computing = samples(() => ({ main: { cpuUs: 10 * ms } }));
    expect(causesOf([fortyMs], { stretches, samples: computing })).toEqual(['event loop busy']);
    const faulting = samples(() => ({ main: { faults: 3 } }));
    expect(causesOf([fortyMs], { stretches, samples: faulting })).toEqual(['page faults']);
  });

  test('a stall that began long before it, judged as a whole', () => {
    const late = slowRequest(at + 60 * ms, 22 * ms);
    const busy = (n: number) => ({ main: { cpuUs: n < 5 ? 10 * ms : ms } });
    const stretches = [stretch('loop', 'main', 0, 81)];
    expect(causesOf([late], { stretches, samples: samples(busy) })).toEqual(['event loop busy']);
  });

  test('the collection, not the loop that it held', () => {
    const stretches = [stretch('gc', 'main', 22, 58), stretch('loop', 'main', 21, 60)];
    const computing = samples(() => ({ main: { cpuUs: 10 * ms } }));
    expect(causesOf([fortyMs], { stretches, samples: computing })).toEqual(['garbage collection']);
  });

  test('the collection, if its helpers had the CPU that it waited for; else whoever had it', () => {
    const stretches = [stretch('gc', 'main', 20, 60)];
    const waiting = (helpers: Partial<Record<Who, Partial<ThreadSample>>>) =>
      causesOf([fortyMs], {
        stretches,
        samples: samples(() => ({ main: { waitUs: 8 * ms }, ...helpers })),
      });
    expect(waiting({ 'helper 0': { cpuUs: 5 * ms }, 'helper 3': { cpuUs: 3 * ms } })).toEqual([
      'garbage collection',
    ]);
    expect(waiting({ 'helper 0': { cpuUs: ms } })).toEqual(['CPU taken by others']);
  });

  test('what took most, if several together took half', () => {
    const mixed = {
      stretches: [stretch('gc', 'main', 25, 37)],
      samples: samples((n) => (n === 5 ? { main: { waitUs: 9 * ms } } : {})),
    };
    expect(causesOf([fortyMs], mixed)).toEqual(['garbage collection']);
  });
});

test('lag is the generator’s', () => {
  expect(causesOf([slowRequest(at, 40 * ms, { lagUs: 39 * ms, serviceUs: ms })], {})).toEqual([
    'generator late',
  ]);
});

test('a request behind a slow one on its connection has its cause, also in the third place', () => {
  const behind = { waitUs: 21 * ms, serviceUs: ms };
  const requests = [
    slowRequest(at, 40 * ms),
    slowRequest(at + 38 * ms, 22 * ms, behind),
    slowRequest(at + 39 * ms, 22 * ms, { ...behind, connection: 1 }),
    slowRequest(at + 59 * ms, 22 * ms, behind),
    slowRequest(at + 60 * ms, 22 * ms),
  ];
  expect(causesOf(requests, { stretches: [stretch('gc', 'main', 2, 38)] })).toEqual([
    'garbage collection',
    'behind: garbage collection',
    'unknown',
    'behind: garbage collection',
    'unknown',
  ]);
});

test('the first second is that of the load, and not behind a warm-up', () => {
  const evidence = { stretches: [], samples: samples(() => ({})) };
  const causeAt = (dueUs: number) =>
    stallGroups([slowRequest(dueUs, 40 * ms)]).flatMap((moment) =>
      attribute(moment, evidence, -3000 * ms).map(({ cause }) => cause),
    );
  expect(causeAt(-2001 * ms)).toEqual(['first second']);
  expect(causeAt(-1999 * ms)).toEqual(['unknown']);
  expect(causeAt(500 * ms)).toEqual(['unknown']);
});

test('the first second is named only for want of another cause', () => {
  const early = slowRequest(at + 20 * ms - 2500 * ms, 40 * ms);
  expect(causesOf([early], {})).toEqual(['first second']);
  const gc = { ...stretch('gc', 'main', 25, 55) };
  const collected = { ...gc, fromUs: gc.fromUs - 2500 * ms, toUs: gc.toUs - 2500 * ms };
  expect(causesOf([early], { stretches: [collected] })).toEqual(['garbage collection']);
});

describe('the table', () => {
  const one = (cause: Attributed['cause'], latencyMs: number): Attributed => {
    const [moment] = stallGroups([slowRequest(at, latencyMs * ms)]);
    const [attributed] = attribute(moment as NonNullable<typeof moment>, {
      stretches: [],
      samples: [],
    });
    return { ...(attributed as Attributed), cause };
  };

  test('counts a moment once, for its worst request', () => {
    const moments = [
      [one('disk sync', 40), one('unknown', 60)],
      [one('disk sync', 30), one('disk sync', 20)],
    ];
    expect(rowsOf(moments)).toEqual([
      { cause: 'unknown', moments: 1, requests: 1, worstUs: 60 * ms },
      { cause: 'disk sync', moments: 1, requests: 3, worstUs: 40 * ms },
    ]);
  });

  test('counts unknown causes from 50 ms on, and what was not listed', () => {
    const of = (attributed: Attributed, unlisted = 0) =>
      countUnnamed({
        moments: [[attributed], [attributed, one('disk sync', 60)]],
        unlisted,
      });
    expect(of(one('unknown', 50))).toBe(2);
    expect(of(one('unknown', 49))).toBe(0);
    expect(of(one('disk sync', 500))).toBe(0);
    expect(of(one('disk sync', 500), 3)).toBe(3);
  });
});

test('a slow request is shown with the processes that took CPU time then, and no others', () => {
  const busy = (name: string, fromMs: number, cpuMs: number) => {
    return { name, fromUs: at + fromMs * ms, toUs: at + (fromMs + 100) * ms, cpuUs: cpuMs * ms };
  };
  const others = [
    busy('cron', 0, 3),
    busy('kdamond.0', 0, 43),
    busy('sshd', 0, 1),
    busy('backup', 100, 90),
  ];
  const [moment] = stallGroups([fortyMs]);
  const evidence = { stretches: [], samples: samples(() => ({})), others };
  const [one] = attribute(moment as NonNullable<typeof moment>, evidence);
  expect(describeSlow(one as Attributed)).toMatch(
    /; beside, of 100 ms: kdamond\.0 43\.0 ms, cron 3\.0 ms$/,
  );
});
