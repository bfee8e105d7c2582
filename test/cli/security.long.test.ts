/** Tokens and TLS as an operator meets them: made, given, read again, and never shown. */
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, test } from 'vitest';
import { digestOf } from '#dist/server/access/tokens.js';
import { pemFile, serverTls } from '../support/certificates.js';
import { expectOneLine } from '../support/command.js';
import { temporaryDirectory } from '../support/directory.js';
import { runCommand, startCommand, startServer, until } from '../support/process.js';
import { askTls } from '../support/tls.js';
import { bearer, makeTokens } from '../support/tokens.js';

describe('evenkeel token new', () => {
  it('prints a token, and its line', async () => {
    const { code, stdout, stderr } = await runCommand([
      ...['token', 'new', 'my app', '--read', '--prefix', 'user:%25%FF'],
    ]);
    expect(code).toBe(0);
    const [token = '', line = '', end] = stdout.split('\n');
    expect(end).toBe('');
    expect(JSON.parse(line)).toStrictEqual({
      name: 'my app',
      sha256: digestOf(token).toString('hex'),
      access: 'read',
      prefixBase64: Buffer.from('user:%\xff', 'latin1').toString('base64'),
    });
    expect(stderr).not.toContain(token);
  });

  it.each([
    [['token'], "takes 'new' first"],
    [['token', 'new', '--read'], 'takes one name, got 0'],
    [['token', 'new', 'a', 'b', '--read'], 'takes one name, got 2'],
    [['token', 'new', 'a'], 'give one of --read, --write and --admin'],
    [['token', 'new', 'a', '--read', '--write'], 'give one of'],
    [['token', 'new', 'a', '--admin', '--prefix', 'a'], 'exclude each other'],
    [['token', 'new', 'ä', '--read'], 'printable characters'],
  ])('refuses %j', async (args, message) => {
    const { code, stdout, stderr } = await runCommand(args);
    expect([code, stdout]).toStrictEqual([2, '']);
    expect(stderr).toContain(message);
  });
});

describe('evenkeel serve', () => {
  it('does not let other machines in unasked', async () => {
    const data = await temporaryDirectory();
    const run = async (...args: string[]) =>
      runCommand(['serve', '--port', '0', '--data', data, ...args]);
    const { code, stderr } = await run('--host', '0.0.0.0');
    expect(code).toBe(1);
    expectOneLine(stderr, '0.0.0.0', '--tokens FILE', '--tls-client-ca', '--insecure');
    const { cert, key } = serverTls;
    const encrypted = await run('--host', '::', '--tls-cert', cert, '--tls-key', key);
    expectOneLine(encrypted.stderr, '--tls-client-ca');
  });

  it('lets them in with tokens, and says that these go in the clear', async () => {
    const { file } = await makeTokens({ app: 'write' });
    const args = ['--host', '0.0.0.0', '--tokens', file];
    const { stderr, log, end } = await startServer(await temporaryDirectory(), args);
    await until('the warning is there', () => stderr() !== '');
    expect(log().filter(({ level }) => level !== 'info')).toEqual([
      expect.objectContaining({
        msg: expect.stringMatching(/^tokens go to 0\.0\.0\.0 in the clear/),
      }),
    ]);
    await end('SIGTERM');
  });

  it.each([
    [['--tls-cert', 'a'], 2, '--tls-cert and --tls-key go together'],
    [['--tls-client-ca', 'a'], 2, '--tls-client-ca needs --tls-cert and --tls-key'],
    [['--tokens', '/nowhere'], 1, "can't read the tokens /nowhere: ENOENT"],
    [['--tokens', 'ek_given-in-place-of-a-file'], 1, "can't read the tokens ek_…: ENOENT"],
  ])('refuses %j', async (args, exitCode, message) => {
    const data = await temporaryDirectory();
    const { code, stderr } = await runCommand(['serve', '--port', '0', '--data', data, ...args]);
    expect(code).toBe(exitCode);
    expect(stderr).toContain(message);
    expect(stderr).not.toContain('given-in-place');
  });

  it('reads tokens and certificates again at SIGHUP, and keeps them if they are bad', async () => {
    const { file, tokens } = await makeTokens({ app: 'write' });
    const directory = await temporaryDirectory();
    const [cert, key] = [join(directory, 'cert.pem'), join(directory, 'key.pem')];
    const use = async (name: 'server' | 'server-2') => {
      await copyFile(pemFile(name), cert);
      await copyFile(pemFile(`${name}-key`), key);
    };
    await use('server');
    const args = ['--tokens', file, '--tls-cert', cert, '--tls-key', key];
    const { url, pid, stderr, log, end } = await startServer(await temporaryDirectory(), args);
    const shown = async () => {
      const { status, socket } = await askTls(`${url}/v0/status`, { headers: bearer(tokens.app) });
      expect(status).toBe(200);
      return socket.getPeerCertificate().subject.CN;
    };
    expect(await shown()).toBe('evenkeel test server');
    await use('server-2');
    process.kill(pid, 'SIGHUP');
    await expect.poll(shown).toBe('evenkeel test server-2');
    await writeFile(file, `{"name": ${tokens.app}}`);
    process.kill(pid, 'SIGHUP');
    await until('it is told', () => stderr().includes('\n'));
    const reloads = () => log().filter(({ event }) => event === 'reload');
    const taken = (what: string, isTaken: boolean) =>
      expect.objectContaining({ level: isTaken ? 'info' : 'warn', what, taken: isTaken });
    expect(reloads().slice(0, 2)).toEqual([taken('tokens', true), taken('certificates', true)]);
    expect(reloads()).toContainEqual(taken('tokens', false));
    const refusal = `the tokens stay as they were: ${file} can't be used`;
    expect(reloads().find(({ level }) => level === 'warn')?.msg).toContain(refusal);
    expect(stderr()).not.toContain(tokens.app.slice(3));
    expect(await shown()).toBe('evenkeel test server-2');
    expect(await end('SIGTERM')).toStrictEqual({ code: 0, signal: null });
  });
});

test('import, export, load and profile show a token and a certificate', async () => {
  const { file, tokens } = await makeTokens({ app: 'write', boss: 'admin' });
  const directory = await temporaryDirectory();
  const tokenFile = async (name: 'app' | 'boss') => {
    await writeFile(join(directory, name), `${tokens[name]}\n`);
    return ['--token-file', join(directory, name)];
  };
  const { cert, key } = serverTls;
  const server = startCommand([
    ...['serve', '--port', '0', '--admin-port', '0', '--json', '--data', join(directory, 'data')],
    ...['--tokens', file, '--tls-cert', cert, '--tls-key', key],
    ...['--tls-client-ca', pemFile('authority')],
  ]);
  const [line] = await server.untilPrinted(/^.+\n/);
  const { url, adminUrl } = JSON.parse(line) as Record<'url' | 'adminUrl', string>;
  const authority = ['--cacert', pemFile('authority')];
  const certificates = [
    ...authority,
    ...['--cert', pemFile('client'), '--key', pemFile('client-key')],
    ...['--servername', 'store.example'],
  ];
  const all = join(directory, 'all.ndjson');
  await writeFile(all, '{"key":"a","valueText":"v"}\n');
  const reach = ['--url', url, ...certificates];
  const app = await tokenFile('app');
  const imported = await runCommand(['import', ...reach, ...app, all]);
  expectOneLine(imported.stderr, 'stored 1 entity');
  const exported = await runCommand(['export', ...reach, ...app]);
  expect(exported.stdout).toMatch(/^\{"key":"a",/);
  expect((await runCommand(['export', ...reach])).stderr).toContain('the server says 401');
  expect((await runCommand(['export', '--url', url, ...authority, ...app])).code).toBe(1);

  const record = join(directory, 'load.json');
  const loaded = await runCommand([
    ...['load', '-t1', '-c2', '-d300ms', '-R20', '--allow-invalid', '--json', record],
    ...[...certificates, ...app, `${url}/v0/entity?id=a`],
  ]);
  expect([loaded.code, loaded.stdout.includes('error status')]).toStrictEqual([0, false]);

  const profile = ['profile', 'cpu', '--url', adminUrl, '--seconds', '1'];
  const svg = join(directory, 'cpu.svg');
  const taken = await runCommand([...profile, ...(await tokenFile('boss')), '-o', svg]);
  expect(taken.code).toBe(0);
  expect((await runCommand([...profile, ...app, '-o', svg])).stderr).toContain('refuses with 403');
  expect((await runCommand([...profile, '-o', svg])).stderr).toContain('refuses with 401');

  const texts = [record, svg].map((name) => readFile(name, 'utf8'));
  const outputs = [imported, exported, loaded, taken].map(({ stdout, stderr }) => stdout + stderr);
  for (const text of [
    ...(await Promise.all(texts)),
    ...outputs,
    server.stdout(),
    server.stderr(),
  ]) {
    expect(text).not.toContain(tokens.app.slice(3));
    expect(text).not.toContain(tokens.boss.slice(3));
    expect(text).not.toContain('PRIVATE KEY');
  }
});

test('a file of a token that holds something else is named, and not quoted', async () => {
  const file = join(await temporaryDirectory(), 'token');
  await writeFile(file, 'two words\n');
  const { code, stderr } = await runCommand(['export', '--token-file', file]);
  expect(code).toBe(2);
  expect(stderr).toContain(
    `--token-file takes a file that holds one token, on one line, got '${file}'`,
  );
  expect(stderr).not.toContain('two words');
});
