/**
 * `npm run test:promtool`: Prometheus's own linter reads what /metrics sends, of servers in five
 * states. A new one, one that was used, one on a cluster, one that drains, and one that is closed.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startAdminServer } from '#dist/admin/admin-server.js';
import { type RunningServer, serve } from '#dist/server/server.js';

const program = process.env.PROMTOOL ?? 'promtool';
if (spawnSync(program, ['--version']).error) {
  const remedy = 'install it (apt-get install prometheus), or give its path in PROMTOOL';
  process.stderr.write(`${program} is missing; ${remedy}\n`);
  process.exit(2);
}

const home = mkdtempSync(join(tmpdir(), 'evenkeel-promtool-'));
const server = await serve({ data: join(home, 'data'), port: 0 });
let faults = 0;
try {
  await check('a new server', server);
  await useAll(server.url);
  await check('one that was used', server);
  const cluster = { queued: { writes: 0, bytes: 0 }, statements: { running: 1, waiting: 0 } };
  await check('one on a cluster', {
    statistics: () => ({ ...server.statistics(), store: cluster }),
  });
  const closed = server.close();
  await check('one that drains', server);
  await closed;
  await check('one that is closed', server);
} finally {
  await server.close();
  rmSync(home, { recursive: true });
}
process.exitCode = faults === 0 ? 0 : 1;

async function check(what: string, subject: Pick<RunningServer, 'statistics'>): Promise<void> {
  const admin = await startAdminServer({ port: 0, server: subject, version: '0.0.0' });
  try {
    const input = await (await fetch(`${admin.url}/metrics`)).text();
    const { status, stdout, stderr } = spawnSync(program, ['check', 'metrics'], { input });
    const said = `${stdout}${stderr}`.trim();
    const isClean = status === 0 && said === '';
    const families = input.match(/^# TYPE /gm)?.length ?? 0;
    process.stdout.write(
      `${what}: ${families} metrics, ${isClean ? 'clean' : `NOT clean\n${said}`}\n`,
    );
    if (!isClean || families === 0) faults++;
  } finally {
    await admin.close();
  }
}

/** Each operation, well and badly, so that every metric has its samples. */
async function useAll(url: string): Promise<void> {
  const ask = async (method: string, target: string, body?: string | Uint8Array) => {
    const response = await fetch(`${url}${target}`, { method, ...(body && { body }) });
    await response.arrayBuffer();
  };
  await ask('PUT', '/v0/entity?id=a', 'value');
  await ask('PUT', '/v0/entity?id=large', new Uint8Array(1_000_000));
  await ask('PUT', '/v0/entity?id=short&ttl=1ms', 'value');
  for (const id of ['a', 'large', 'absent']) await ask('GET', `/v0/entity?id=${id}`);
  await ask('GET', '/v0/entities?prefix=a');
  await ask('POST', '/v0/entities', '{"op":"put","key":"b","valueText":"v"}\n');
  await ask('DELETE', '/v0/entities?prefix=b');
  await ask('DELETE', '/v0/entity?id=a');
  for (const target of ['/v0/status', '/v0/openapi.json', '/nowhere', '/v0/entity?id='])
    await ask('GET', target);
}
