/** A report of a server that runs already, takes tokens only, and speaks TLS. */
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { run } from '#dist/cli/report.js';
import { readReport } from '#dist/lab/report/read-report.js';
import { phaseNames } from '#dist/lab/report/report-record.js';
import { pemFile, serverTls } from '../../support/certificates.js';
import { temporaryDirectory } from '../../support/directory.js';
import { runCommand, startServer } from '../../support/process.js';
import { makeTokens } from '../../support/tokens.js';

test('it shows a token to both ports, and writes it nowhere', async () => {
  const { file, tokens } = await makeTokens({ boss: 'admin', app: 'write' });
  const tls = ['--tls-cert', serverTls.cert, '--tls-key', serverTls.key];
  const args = ['--admin-port', '0', '--tokens', file, ...tls];
  const { url, adminUrl } = await startServer(await temporaryDirectory(), args);
  const out = await temporaryDirectory();
  const small = ['--rate', '200', '--threads', '1', '--connections', '4', '--duration', '1s'];
  const report = async (token: string) => {
    const tokenFile = join(out, 'token');
    await writeFile(tokenFile, `${token}\n`);
    const access = ['--token-file', tokenFile, '--cacert', pemFile('authority')];
    const ports = ['--url', url, '--admin-url', adminUrl];
    return runCommand(['report', ...small, '--out', out, ...ports, ...access]);
  };
  const refused = await report(tokens.app);
  expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('403')]);

  // It ends with 3 where the generator was late.
  const { code, stdout, stderr } = await report(tokens.boss);
  expect([0, 3]).toContain(code);
  const { phases } = readReport(join(out, 'async.json')).record;
  for (const name of phaseNames) {
    const { requests, errors } = phases[name].load;
    expect(requests.completed).toBeGreaterThan(0);
    expect(errors.status).toBe(0);
    expect(phases[name].windows.cpu.total).toBeGreaterThan(0);
  }
  const written = ['async.md', 'async.json'].map((each) => readFileSync(join(out, each), 'utf8'));
  for (const text of [stdout, stderr, ...written]) expect(text).not.toContain(tokens.boss);
});

test('a token is for a server that runs already', async () => {
  const { file } = await makeTokens({ boss: 'admin' });
  await writeFile(file, 'ek_x\n');
  await expect(run(['--token-file', file])).rejects.toThrow(
    '--token-file is for --url, a server that runs already',
  );
});
