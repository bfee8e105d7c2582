/**
 * The floor of the instrument: the latency that `evenkeel load` and wrk2 report of a service that
 * takes little time. All but nginx's own CPU time, which is shown too, belongs to the tool and to
 * the kernel. Over HTTP/2 there are as many requests in flight as over HTTP/1.1: on as many
 * connections, and on one for each thread.
 */
import { startNginx } from './peers/nginx.js';
import { readFlags } from './support/flags.js';
import { load } from './support/load.js';
import {
  conclude,
  inTurn,
  machineLine,
  median,
  middle,
  ratios,
  spread,
  spreadOf,
} from './support/rounds.js';
import { runWrk2 } from './support/wrk2.js';

const flags = readFlags(`npm run bench:load-floor [-- FLAGS]

  --wrk2 PATH  measures wrk2 too, which nobody packages; or WRK2=PATH
  --http2      measures HTTP/2 too
  --rounds N   (3)
  --seconds N  of each run (15)
`);
const wrk2 = flags.text('wrk2') ?? process.env.WRK2;
const seconds = flags.number('seconds') ?? 15;
const line = { threads: 4, connections: 20, rate: 10_000 };
/** V8 compiles what is hot in that time. */
const warmupMs = 3000;

/** Streams of each connection. */
const http2Sides = { http2: 1, 'http2 shared': 5 } as const;
type Http2Side = keyof typeof http2Sides;
type Side = 'evenkeel' | 'wrk2' | Http2Side;

const sides: readonly Side[] = [
  'evenkeel',
  ...(wrk2 ? (['wrk2'] as const) : []),
  ...(flags.values.http2 ? (Object.keys(http2Sides) as Http2Side[]) : []),
];
const text = `-t${line.threads} -c${line.connections} -R${line.rate} -d${seconds}s`;
process.stdout.write(`Floor: ${text} against nginx\n${machineLine()}\n`);
const http1Peer = await startNginx();
const http2Peer = flags.values.http2 ? await startNginx({ http2: true }) : undefined;
const rounds = await inTurn(flags.number('rounds') ?? 3, sides, async (side) => {
  if (wrk2 && side === 'wrk2') return runWrk2(wrk2, { ...line, url: http1Peer.url, seconds });
  const streams = http2Sides[side as Http2Side];
  const peer = (streams && http2Peer) || http1Peer;
  const before = peer.cpuSeconds();
  const figures = await load({
    ...{ ...line, url: peer.url, durationMs: seconds * 1000, warmupMs },
    ...(streams && { connections: line.connections / streams, http2: { streams } }),
  });
  const requests = figures.rate * (warmupMs / 1000 + seconds);
  const nginxCpu = ((peer.cpuSeconds() - before) * 1000) / requests;
  const { rate, p50, p99, max, lagP50, lagP99, busy } = figures;
  return { rate, p50, p99, max, 'lag p50': lagP50, 'lag p99': lagP99, busy, 'nginx cpu': nginxCpu };
});
await http1Peer.stop();
await http2Peer?.stop();

process.stdout.write('\nMedians in ms (min … max)\n');
for (const side of sides) {
  const [p50, p99, cpu] = ['p50', 'p99', 'nginx cpu'].map((figure) => spread(rounds, figure, side));
  const ofPeer = side === 'wrk2' ? '' : `   nginx's CPU per request ${cpu}`;
  process.stdout.write(`  ${side.padEnd(12)} p50 ${p50}   p99 ${p99}${ofPeer}\n`);
}
const p50 = (side: string) => middle(rounds, 'p50', side);
process.stdout.write(`  evenkeel's lag p99 ${spread(rounds, 'lag p99', 'evenkeel')}
  p50 ratio wrk2 / evenkeel: ${wrk2 ? (p50('wrk2') / p50('evenkeel')).toFixed(1) : 'not measured'}
`);
const http2Ratios = (flags.values.http2 ? ['http2', 'http2 shared'] : []).map((side) => {
  const each = ratios(rounds, 'p50', side, 'evenkeel');
  const inWords = spreadOf(each, (value) => value.toFixed(2));
  process.stdout.write(`  p50 ratio ${side} / evenkeel: ${inWords}\n`);
  return median(each);
});
const isRateKept = Math.abs(middle(rounds, 'rate', 'evenkeel') / line.rate - 1) <= 0.005;
const bar =
  `evenkeel's p50 is to be at most 0.25 ms, its rate within 0.5 % of ${line.rate}/s, ` +
  "and HTTP/2's p50 at most 10 % above";
const isHttp2Near = http2Ratios.every((ratio) => ratio <= 1.1);
conclude(isRateKept && p50('evenkeel') <= 0.25 && isHttp2Near, bar);
