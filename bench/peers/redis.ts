/**
 * Redis that syncs every write before it responds (`appendfsync always`): behind webdis, which
 * makes it an HTTP service, and alone, driven by its own benchmark. Snapshots are off, so that only
 * the log is written.
 */
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { fill, redisSet } from '../support/fill.js';
import { freePort, listening, type Running, start } from '../support/process.js';
import type { Peak, PeakFigures } from '../support/wrk.js';
import { httpPeer, type Peer, type PeerOptions } from './peer.js';

async function startRedis(directory: string): Promise<{ port: number; redis: Running }> {
  const port = await freePort();
  const flags = ['--bind', '127.0.0.1', '--port', String(port), '--dir', directory];
  const durable = ['--save', '', '--appendonly', 'yes', '--appendfsync', 'always'];
  const redis = start(['redis-server', ...flags, ...durable]);
  await listening(port, 'redis-server');
  return { port, redis };
}

/** Its settings are webdis' defaults, with its two threads. It logs errors only. */
export async function startWebdis(
  { directory, valueBytes }: PeerOptions,
  method: 'GET' | 'PUT',
): Promise<Peer> {
  const { port, redis } = await startRedis(directory);
  const httpPort = await freePort();
  const behind = { redis_host: '127.0.0.1', redis_port: port };
  const http = { http_host: '127.0.0.1', http_port: httpPort, threads: 2 };
  const log = { daemonize: false, verbosity: 0, logfile: join(directory, 'webdis.log') };
  const config = join(directory, 'webdis.json');
  writeFileSync(config, JSON.stringify({ ...behind, ...http, ...log }));
  const webdis = start(['webdis', config]);
  await listening(httpPort, 'webdis');
  return httpPeer({
    url: `http://127.0.0.1:${httpPort}`,
    // .bin: the value as it is, without JSON around it, as Evenkeel returns it.
    path: method === 'GET' ? ['/GET/', '.bin'] : ['/SET/', ''],
    filled: { port, protocol: redisSet(valueBytes) },
    stop: async () => {
      await webdis.stop();
      await redis.stop();
    },
  });
}

export async function startRedisAlone({ directory, valueBytes }: PeerOptions): Promise<Peer> {
  const { port, redis } = await startRedis(directory);
  return {
    fill: (entities) => fill({ port, entities, protocol: redisSet(valueBytes) }),
    // redis-benchmark counts requests and has no time limit: a first run finds how many to send.
    peak: async (peak) => {
      const { rate } = await runBenchmark(port, peak, 20_000);
      return runBenchmark(port, peak, Math.max(20_000, Math.round(rate * peak.seconds)));
    },
    stop: redis.stop,
  };
}

async function runBenchmark(port: number, peak: Peak, requests: number): Promise<PeakFigures> {
  const { method, connections, keySpace, valueBytes } = peak;
  // __rand_int__ has 12 digits, so this is a key of the others.
  const key = 'key0__rand_int__';
  const command = method === 'GET' ? ['GET', key] : ['SET', key, 'v'.repeat(valueBytes)];
  const flags = ['-p', port, '-c', connections, '-n', requests, '-P', 1, '-r', keySpace, '--csv'];
  const maxBuffer = 16 * 1024 * 1024;
  const { stdout } = await promisify(execFile)(
    'redis-benchmark',
    [...flags.map(String), ...command],
    { maxBuffer },
  );
  // Two lines of CSV. The first cell of the second is the command, with the value in it.
  const lines = stdout.trim().replaceAll('"', '').split('\n').slice(-2);
  const [names = [], cells = []] = lines.map((line) => line.split(','));
  const at = (name: string) => {
    const value = Number(cells[names.indexOf(name)]);
    if (Number.isNaN(value)) throw new Error(`redis-benchmark printed no ${name}:\n${stdout}`);
    return value;
  };
  return {
    requests,
    rate: at('rps'),
    p50: at('p50_latency_ms'),
    p99: at('p99_latency_ms'),
    max: at('max_latency_ms'),
  };
}
