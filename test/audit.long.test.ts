/** `npm run audit`, against a registry of the test's own that npm asks as it asks the real one. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';

const home = fileURLToPath(new URL('..', import.meta.url));
const audits = '/-/npm/v1/security/advisories/bulk';

/** @param content of its response to an audit; undefined: it refuses, as a mirror does */
async function auditBy(content: object | undefined) {
  const registry = createServer((req, res) => {
    req.resume();
    if (req.url !== audits || content === undefined)
      res.writeHead(req.url === audits ? 405 : 404).end('{}');
    else res.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(content));
  }).listen(0, '127.0.0.1');
  await once(registry, 'listening');
  onTestFinished(() => {
    registry.close();
  });
  const { port } = registry.address() as AddressInfo;
  return auditAt(`http://127.0.0.1:${port}/`);
}

async function auditAt(registry: string) {
  const env = { ...process.env, npm_config_registry: registry, npm_config_fetch_retries: '0' };
  const child = spawn(process.execPath, ['check/audit.mjs'], { cwd: home, env, stdio: 'pipe' });
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  if (child.exitCode === null) await once(child, 'exit');
  return { code: child.exitCode, stdout, stderr };
}

it('passes if nothing is known', async () => {
  expect(await auditBy({})).toEqual({
    code: 0,
    stdout: 'npm audit: 0 packages with known faults\n',
    stderr: '',
  });
});

it('fails with the package and the fault, if one is known', async () => {
  const advisory = {
    id: 1,
    url: 'https://example.org/1',
    title: 'It can be crashed',
    severity: 'high',
    vulnerable_versions: '*',
    cwe: [],
    cvss: { score: 7, vectorString: null },
  };
  const { code, stderr } = await auditBy({ ws: [advisory] });
  expect(code).toBe(1);
  expect(stderr).toMatch(/^ws .*, high: It can be crashed$/m);
});

it('says that it was not done, and passes, if the registry refuses or is not there', async () => {
  const refused = await auditBy(undefined);
  expect(refused).toMatchObject({ code: 0, stdout: '' });
  expect(refused.stderr).toMatch(/^NOT AUDITED: .*405 /);
  const absent = await auditAt('http://127.0.0.1:1/');
  expect(absent).toMatchObject({ code: 0, stdout: '' });
  expect(absent.stderr).toMatch(/^NOT AUDITED: .*ECONNREFUSED/);
});
