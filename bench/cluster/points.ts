/** GET and PUT through a gateway, and by the driver alone, with the CPU of all processes. */
import { cpuSecondsOf, machineCpuSeconds } from '../support/proc.js';
import { type Figures, inTurn, type Rounds } from '../support/rounds.js';
import { type Peak, runWrk } from '../support/wrk.js';
import { type DriverAlone, startDriver } from './driver-alone.js';
import { type Gateway, startGateway } from './gateway.js';
import { unwrittenKeys } from './keys.js';
import type { Bench } from './prepare.js';

export const inFlight = 64;
export const methods = ['GET', 'PUT'] as const;
type Method = Peak['method'];

/** A run of one side. It may return more figures. */
export type Run = () => Promise<Figures & { readonly requests: number; readonly rate: number }>;

export async function measurePoints(bench: Bench): Promise<Rounds> {
  const { rounds, warmup, seconds, location } = bench;
  const driver = startDriver({ ...bench, location: location(64) });
  const gateway = await startGateway(location(64));
  const sides = {
    'driver alone': (method: Method, seconds: number) => driverRun(driver, method, seconds),
    gateway: (method: Method, seconds: number) => gatewayRun(bench, gateway, method, seconds),
  };
  const pidOf = { 'driver alone': driver.pid, gateway: gateway.pid };
  for (const side of Object.values(sides))
    for (const method of methods) await side(method, warmup)();
  const names = ['driver alone', 'gateway'] as const;
  const results = await inTurn(rounds, names, async (side) => {
    const figures: Record<string, number> = {};
    for (const method of methods) {
      const measured = await withCpu(bench, pidOf[side], sides[side](method, seconds));
      for (const [name, value] of Object.entries(measured)) figures[`${method} ${name}`] = value;
    }
    return figures;
  });
  driver.stop();
  await gateway.stop();
  return results;
}

function driverRun(driver: DriverAlone, method: Method, seconds: number): Run {
  const run = { method, workers: inFlight, seconds, operations: Number.MAX_SAFE_INTEGER };
  return async () => ({ ...(await driver.run({ ...run, first: unwrittenKeys() })) });
}

export function gatewayRun(
  { keySpace, valueBytes }: Bench,
  { url }: Gateway,
  method: Method,
  seconds: number,
  connections = inFlight,
): Run {
  return async () => {
    const order = method === 'GET' ? 'uniform' : 'rising';
    const peak = { method, order, keySpace, valueBytes, connections, seconds } as const;
    const measured = await runWrk(url, ['/v0/entity?id=', ''], { ...peak, first: unwrittenKeys() });
    const { requests, rate, p50, p99 } = measured;
    return { requests, rate, p50, p99 };
  };
}

/**
 * Adds the CPU per request, in µs: of the process that was asked, and of all nodes together; and
 * the cores that all else on the machine took, which is wrk and what does not belong to the bench.
 */
export async function withCpu({ nodes }: Bench, pid: number, run: Run): Promise<Figures> {
  const now = () => [machineCpuSeconds(), cpuSecondsOf(pid), ...nodes.pids.map(cpuSecondsOf)];
  const beganMs = performance.now();
  const before = now();
  const { requests, ...figures } = await run();
  const spent = now().map((seconds, at) => seconds - (before[at] as number));
  const seconds = (performance.now() - beganMs) / 1000;
  const [all = 0, own = 0, ...ofNodes] = spent;
  const sum = ofNodes.reduce((sum, each) => sum + each, 0);
  const perRequest = (seconds: number) => (seconds * 1e6) / requests;
  const cpu = { 'own cpu': perRequest(own), 'nodes cpu': perRequest(sum) };
  return { ...figures, ...cpu, 'cores elsewhere': (all - own - sum) / seconds } as Figures;
}
