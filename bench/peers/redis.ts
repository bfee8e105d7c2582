/**
 * Redis that syncs every write before it answers (`appendfsync always`): behind webdis, which makes it an HTTP service, and alone, driven
 * by its own benchmark. Both as Debian packages them, with snapshots off, so that nothing but the log is written.
 */
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { fill, redisSet } from '../support/fill.js';
import { freePort, listening, type Running, start } from '../support/process.js';
import type { Peak, PeakFigures } from '../support/wrk.js';
import { httpPeer, type Peer, type StartOptions } from './peer.js';

async function startRedis(folder: string): Promise<{ port: number; redis: Running }> {
  const port = await freePort();
  const flags = ['--bind', '127.0.0.1', '--dir', folder, '--save', '', '--appendonly', 'yes'];
  const redis = start('redis-server', [
    '--port',
    String(port),
    ...flags,
    '--appendfsync',
    'always',
  ]);
  await listening(port, 'redis-server');
  return { port, redis };
}

export async function startWebdis(
  { folder, valueBytes }: StartOptions,
  method: 'GET' | 'PUT',
): Promise<Peer> {
  const { port, redis } = await startRedis(folder);
  const httpPort = await freePort();
  const config = join(folder, 'webdis.json');
  // All that is not said is webdis' default, and so are its two threads. It logs errors only.
  const settings = {
    redis_host: '127.0.0.1',
    redis_port: port,
    http_host: '127.0.0.1',
    http_port: httpPort,
  };
  const quiet = { daemonize: false, verbosity: 0, logfile: join(folder, 'webdis.log') };
  writeFileSync(config, JSON.stringify({ ...settings, ...quiet, threads: 2 }));
  const webdis = start('webdis', [config]);
  await listening(httpPort, 'webdis');
  return httpPeer({
    url: `http://127.0.0.1:${httpPort}`,
    // .bin: the value as it is, without JSON around it, as Evenkeel answers.
    path: method === 'GET' ? ['/GET/', '.bin'] : ['/SET/', ''],
    filled: { port, language: redisSet('v'.repeat(valueBytes)) },
    stop: async () => {
      await webdis.stop();
      await redis.stop();
    },
  });
}

export async function startRedisAlone({ folder, valueBytes }: StartOptions): Promise<Peer> {
  const { port, redis } = await startRedis(folder);
  return {
    fill: (entities) => fill({ port, entities, language: redisSet('v'.repeat(valueBytes)) }),
    peak: (peak) => timedBenchmark(port, peak),
    stop: redis.stop,
  };
}

/** redis-benchmark counts requests and knows no time, so a first run finds out how many fill it. */
async function timedBenchmark(port: number, peak: Peak): Promise<PeakFigures> {
  const trial = await runBenchmark(port, peak, 20_000);
  return runBenchmark(port, peak, Math.max(20_000, Math.round(trial.rate * peak.seconds)));
}

async function runBenchmark(port: number, peak: Peak, requests: number): Promise<PeakFigures> {
  const { method, connections, keySpace, valueBytes } = peak;
  const how = ['-p', port, '-c', connections, '-n', requests, '-P', 1, '-r', keySpace, '--csv'].map(
    String,
  );
  // __rand_int__ has 12 digits, so this is a key of the others.
  const key = 'key0__rand_int__';
  const command = method === 'GET' ? ['GET', key] : ['SET', key, 'v'.repeat(valueBytes)];
  const { stdout } = await promisify(execFile)('redis-benchmark', [...how, ...command], {
    maxBuffer: 16 * 1024 * 1024,
  });
  const [head = '', row = ''] = stdout.trim().split('\n').slice(-2);
  const names = head.split(',').map((name) => name.replaceAll('"', ''));
  // The command itself, with the value in it, is the first cell.
  const cells = row.split(',').map((cell) => Number(cell.replaceAll('"', '')));
  const at = (name: string) => {
    const value = cells[names.indexOf(name)];
    if (value === undefined || Number.isNaN(value))
      throw new Error(`redis-benchmark gave no ${name}:\n${stdout}`);
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
