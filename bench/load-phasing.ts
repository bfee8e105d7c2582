/**
 * Even phasing: when the requests of -t4 -c20 -R10000 reach a service, within the period of 2 ms in which each connection sends
 * once. Spread evenly, each twentieth of the period gets a twentieth of them, and one arrives every 0.1 ms. wrk2's phases wander with
 * its clock, so its bunching shows in the second figure: how many stretches of 0.1 ms get none, one, or several.
 *
 *   npm run bench:load-phasing -- [--wrk2 PATH]
 */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { performance } from 'node:perf_hooks';
import { parseArgs, promisify } from 'node:util';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import { runLoad } from '#dist/lab/load/load.js';
import { defaultOptions } from '#dist/lab/load/load-options.js';
import { describeMachine, missed } from './support/rounds.js';

const periodMs = 2;
const bins = 20;

if (isMainThread) await compare();
else await serve();

async function compare(): Promise<void> {
  const { values } = parseArgs({ options: { wrk2: { type: 'string' } } });
  const wrk2 = values.wrk2 ?? process.env.WRK2;
  process.stdout.write(
    `Phasing: arrivals of -t4 -c20 -R10000 within the period of ${periodMs} ms\n${describeMachine()}\n`,
  );
  const service = new Worker(new URL(import.meta.url));
  const [url] = (await once(service, 'message')) as [string];
  const load = { threads: 4, connections: 20, rate: 10_000, durationMs: 10_000 };
  await runLoad({ ...defaultOptions, ...load, url });
  const ours = await ask(service);
  print('evenkeel', ours);
  if (wrk2) {
    await promisify(execFile)(wrk2, ['-t4', '-c20', '-d10s', '-R10000', url]);
    print('wrk2', await ask(service));
  } else process.stdout.write('wrk2 was not measured: give its path with --wrk2\n');
  await service.terminate();
  const passed = Math.max(...ours.phases) <= 2 / bins;
  process.stdout.write(
    `${passed ? 'ok' : 'MISSED'}: no ${100 / bins} % of the period is to get more than twice its share\n`,
  );
  process.exitCode = passed ? 0 : missed;
}

interface Arrivals {
  /** Share of the arrivals in each part of the period. */
  readonly phases: readonly number[];
  /** Share of the parts of the period, over the run, that got 0, 1, 2, 3, 4 or more arrivals. */
  readonly crowds: readonly number[];
}

async function ask(service: Worker): Promise<Arrivals> {
  service.postMessage('report');
  const [{ phases, crowds }] = (await once(service, 'message')) as [Arrivals];
  const share = (counts: readonly number[]) =>
    counts.map((count) => count / counts.reduce((a, b) => a + b));
  return { phases: share(phases), crowds: share(crowds) };
}

function print(name: string, { phases, crowds }: Arrivals): void {
  const percent = (part: number) => `${(part * 100).toFixed(1)} %`;
  const [none = 0, one = 0, ...more] = crowds;
  const several = more.reduce((a, b) => a + b);
  process.stdout.write(`
${name}: of all stretches of 0.1 ms, ${percent(none)} got no request, ${percent(one)} one, ${percent(several)} several (${percent(more.at(-1) ?? 0)} four or more)
  shares of the parts of the period: ${percent(Math.min(...phases))} … ${percent(Math.max(...phases))}; even: ${percent(1 / bins)}
`);
  for (const [bin, part] of phases.entries()) {
    const at = ((bin * periodMs) / bins).toFixed(1);
    process.stdout.write(
      `  ${at} ms ${percent(part).padStart(7)} ${'█'.repeat(Math.round(part * 200))}\n`,
    );
  }
}

/** The service: answers at once, and counts arrivals by their phase and by how many share a stretch. */
async function serve(): Promise<void> {
  const stretchMs = periodMs / bins;
  let phases = new Array<number>(bins).fill(0);
  let crowds = new Array<number>(5).fill(0);
  let stretch = 0;
  let inStretch = 0;
  const count = (counts: number[], place: number, times = 1) => {
    counts[place] = (counts[place] as number) + times;
  };
  const server = createServer({ noDelay: true }, (socket) => {
    socket.on('error', () => {});
    socket.on('data', () => {
      const now = performance.now();
      count(phases, Math.floor(((now % periodMs) / periodMs) * bins));
      const current = Math.floor(now / stretchMs);
      if (current !== stretch) {
        if (inStretch > 0) count(crowds, Math.min(inStretch, 4));
        // A pause of a second is between two runs.
        if (current - stretch < 1000 / stretchMs) count(crowds, 0, current - stretch - 1);
        stretch = current;
        inStretch = 0;
      }
      inStretch++;
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  parentPort?.on('message', () => {
    parentPort?.postMessage({ phases, crowds });
    phases = new Array<number>(bins).fill(0);
    crowds = new Array<number>(5).fill(0);
  });
  parentPort?.postMessage(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
}
