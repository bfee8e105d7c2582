/**
 * Even phasing: when requests of -t4 -c20 -R10000 arrive within the period of 2 ms in which each
 * connection sends once. Spread evenly, each twentieth of the period gets a twentieth of them, and
 * one arrives every 0.1 ms. The phases of wrk2 wander with its clock, so its bunching shows in the
 * second figure: how many stretches of 0.1 ms get none, one, or several requests.
 */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { promisify } from 'node:util';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import { readFlags } from './support/flags.js';
import { load } from './support/load.js';
import { conclude, machineLine } from './support/rounds.js';

const periodMs = 2;
const bins = 20;
const stretchMs = periodMs / bins;

if (isMainThread) await compare();
else await serve();

async function compare(): Promise<void> {
  const flags = readFlags(`npm run bench:load-phasing [-- FLAGS]

  --wrk2 PATH  measures wrk2 too, which nobody packages; or WRK2=PATH
  --seconds N  of each run (10)
`);
  const wrk2 = flags.text('wrk2') ?? process.env.WRK2;
  const seconds = flags.number('seconds') ?? 10;
  process.stdout.write(
    `Phasing: arrivals of -t4 -c20 -R10000 in ${periodMs} ms\n${machineLine()}\n`,
  );
  const service = new Worker(new URL(import.meta.url));
  const [url] = (await once(service, 'message')) as [string];
  const report = async (name: string) => {
    service.postMessage('report');
    const [arrivalsMs] = (await once(service, 'message')) as [number[]];
    return print(name, arrivalsMs);
  };
  await load({ threads: 4, connections: 20, rate: 10_000, durationMs: seconds * 1000, url });
  const largest = await report('evenkeel');
  if (wrk2) {
    await promisify(execFile)(wrk2, ['-t4', '-c20', `-d${seconds}s`, '-R10000', url]);
    await report('wrk2');
  } else process.stdout.write('wrk2 was not measured: give its path with --wrk2\n');
  await service.terminate();
  const bar = `no ${100 / bins} % of the period is to get more than twice its share`;
  conclude(largest <= 2 / bins, bar);
}

/** @returns the largest share that a part of the period got */
function print(name: string, arrivalsMs: readonly number[]): number {
  const percent = (part: number) => `${(part * 100).toFixed(1)} %`;
  const phases = arrivalsMs.map((ms) => Math.floor((ms % periodMs) / stretchMs));
  const inBin = (bin: number) => phases.filter((phase) => phase === bin).length;
  const parts = Array.from({ length: bins }, (_, bin) => inBin(bin) / phases.length);
  const perStretch = new Map<number, number>();
  for (const ms of arrivalsMs) {
    const stretch = Math.floor(ms / stretchMs);
    perStretch.set(stretch, (perStretch.get(stretch) ?? 0) + 1);
  }
  const stretches = ((arrivalsMs.at(-1) ?? 0) - (arrivalsMs[0] ?? 0)) / stretchMs;
  const crowds = [...perStretch.values()];
  const share = (isWanted: (arrivals: number) => boolean) =>
    percent(crowds.filter(isWanted).length / stretches);
  const [one, several] = [share((count) => count === 1), share((count) => count > 1)];
  const none = percent(1 - crowds.length / stretches);
  const [min, max] = [Math.min(...parts), Math.max(...parts)];
  const lines = [
    `\n${name}: of all stretches of ${stretchMs} ms, ${none} got no request, ${one} one, ` +
      `${several} several (${share((count) => count > 3)} four or more)`,
    `  parts of the period got ${percent(min)} … ${percent(max)}; even: ${percent(1 / bins)}`,
    ...parts.map(
      (part, bin) => `  ${(bin * stretchMs).toFixed(1)} ms ${percent(part).padStart(7)}`,
    ),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
  return max;
}

/** The service responds at once, and keeps when each request arrived. */
async function serve(): Promise<void> {
  let arrivalsMs: number[] = [];
  const server = createServer({ noDelay: true }, (socket) => {
    socket.on('error', () => {});
    socket.on('data', () => {
      arrivalsMs.push(performance.now());
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  parentPort?.on('message', () => {
    parentPort?.postMessage(arrivalsMs);
    arrivalsMs = [];
  });
  parentPort?.postMessage(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
}
