/** The slow requests of a phase, by cause. */
import type { Attributed } from './attribute.js';
import { causes } from './hold-ups.js';

/** From here on a request without a cause is a failure of the bench. */
export const mustBeNamedUs = 50_000;

export interface PhaseOutcome {
  /** By stall, in the order of time. */
  readonly moments: readonly (readonly Attributed[])[];
  readonly unlisted: number;
}

/** The worst first. */
export function rowsOf(moments: PhaseOutcome['moments']) {
  const all = moments.flat();
  const worst = moments.map(worstOf);
  return [...new Set(all.map(({ cause }) => cause))]
    .map((cause) => {
      const own = all.filter((one) => one.cause === cause);
      return {
        cause,
        /** Stalls whose worst request has it. */
        moments: worst.filter((one) => one.cause === cause).length,
        requests: own.length,
        worstUs: own.reduce((us, { request }) => Math.max(us, request.latencyUs), 0),
      };
    })
    .sort((a, b) => b.worstUs - a.worstUs);
}

/** Requests that must have a cause and have none, and those that may be among the unlisted. */
export function countUnnamed({ moments, unlisted }: PhaseOutcome): number {
  const unnamed = ({ cause, request }: Attributed) =>
    cause === 'unknown' && request.latencyUs >= mustBeNamedUs;
  return unlisted + moments.flat().filter(unnamed).length;
}

/** A line for each cause, each request without one, and the worst of the ten worst stalls. */
export function formatOutcome({ moments, unlisted }: PhaseOutcome, slowMs: number): string {
  const all = moments.flat();
  if (all.length === 0) return `  no request took ${slowMs} ms or longer\n`;
  const line = (cause: string, cells: readonly (string | number)[]) =>
    `  ${cause.padEnd(32)}${cells.map((cell) => String(cell).padStart(10)).join('')}`;
  const worst = moments.map(worstOf).sort((a, b) => b.request.latencyUs - a.request.latencyUs);
  const lines = [
    line('cause', ['moments', 'requests', 'worst']),
    ...rowsOf(moments).map(({ cause, moments, requests, worstUs }) =>
      line(cause, [moments, requests, ms(worstUs)]),
    ),
    ...(unlisted > 0 ? [`  ${unlisted} more were too many to list; give a longer --slow`] : []),
    ...all.filter(({ cause }) => cause === 'unknown').map((one) => `  unknown: ${describe(one)}`),
    ...worst.slice(0, 10).map((one) => `  ${one.cause}: ${describe(one)}`),
  ];
  return `${lines.join('\n')}\n`;
}

/** When it was due, its latency, and whatever was seen. */
export function describe({ request, held, others }: Attributed): string {
  const { dueUs, latencyUs, waitUs, lagUs, serviceUs, thread, connection } = request;
  const seen = causes
    .filter((cause) => held[cause] >= 100)
    .map((cause) => `${cause} ${ms(held[cause])}`);
  const named = others.slice(0, 2).map(({ name, cpuUs }) => `${name} ${ms(cpuUs)}`);
  return (
    `at ${(dueUs / 1e6).toFixed(3)} s, ${ms(latencyUs)} ` +
    `(wait ${ms(waitUs)}, lag ${ms(lagUs)}, service ${ms(serviceUs)}), ` +
    `connection ${thread}.${connection}; seen: ${seen.join(', ') || 'nothing'}` +
    (named.length === 0 ? '' : `; beside, of 100 ms: ${named.join(', ')}`)
  );
}

function worstOf(moment: readonly Attributed[]): Attributed {
  return moment.reduce((worst, one) =>
    one.request.latencyUs > worst.request.latencyUs ? one : worst,
  );
}

function ms(us: number): string {
  return `${(us / 1000).toFixed(1)} ms`;
}
