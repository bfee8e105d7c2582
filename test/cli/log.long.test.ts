/** The log of `evenkeel serve` on standard error: JSON for programs, text for people. */
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { errorLine, fullLine, reloadLine } from '#dist/cli/log/log.js';
import { StoreError } from '#dist/store/store.js';
import { put } from '../support/command.js';
import { temporaryDirectory } from '../support/directory.js';
import { entityUrl } from '../support/http.js';
import { startServer, until } from '../support/process.js';

const isJson = { level: expect.any(String), time: expect.stringMatching(/^\d{4}-.*Z$/) };

describe('without a terminal', () => {
  it('each event of the life of a server is a line of JSON', async () => {
    const data = await temporaryDirectory();
    const { url, pid, log, stderr, end } = await startServer(data);
    await put(url, 'secret-key', 'secret-value');
    await end('SIGTERM');
    const common = { ...isJson, level: 'info', pid, msg: expect.any(String) };
    expect(log()).toEqual([
      { ...common, event: 'start', version: expect.any(String), data },
      { ...common, event: 'ready', url },
      { ...common, event: 'drain', running: 0 },
      { ...common, event: 'stop', cutOff: 0 },
    ]);
    expect(stderr()).toBe('');
  });

  it('the failure of the store is a line with its code, and no stack', async () => {
    const data = join(await temporaryDirectory(), 'data');
    const { url, log, end } = await startServer(data);
    await put(url, 'a', 'value');
    await rename(data, `${data}-elsewhere`);
    await until('it is told', () => log().some(({ event }) => event === 'failure'));
    expect(log().find(({ event }) => event === 'failure')).toMatchObject({
      ...isJson,
      level: 'error',
      code: 'failed',
      msg: expect.stringMatching(/^the (data|journal) file \S+ was moved or deleted/),
    });
    await end('SIGTERM');
  });

  it('with --access-log 1 each request is a line, in order, without values', async () => {
    const args = ['--access-log', '1'];
    const { url, log, end } = await startServer(await temporaryDirectory(), args);
    await put(url, 'a/b c', 'secret-value');
    await (await fetch(entityUrl(url, 'a/b c'))).text();
    await (await fetch(`${url}/nowhere?token=secret`)).text();
    await end('SIGTERM');
    const events = log().map(({ event, operation = '' }) => `${event} ${operation}`.trim());
    expect(events.slice(0, 5)).toEqual([
      'start',
      'ready',
      'request put',
      'request get',
      'request other',
    ]);
    expect(log()[2]).toMatchObject({
      ...isJson,
      method: 'PUT',
      path: '/v0/entity',
      key: 'a%2Fb%20c',
      status: 201,
      requestBytes: 12,
      client: '127.0.0.1',
      durationMs: expect.any(Number),
    });
    expect(JSON.stringify(log())).not.toContain('secret');
  });

  it('without --access-log no request is a line', async () => {
    const { url, log, end } = await startServer(await temporaryDirectory());
    await put(url, 'a', 'value');
    await end('SIGTERM');
    expect(log().map(({ event }) => event)).toEqual(['start', 'ready', 'drain', 'stop']);
  });
});

describe('--log text', () => {
  it('is one plain line for what the operator should know, and nothing else', async () => {
    const args = ['--log', 'text', '--host', '0.0.0.0', '--insecure'];
    const { stderr, log, end } = await startServer(await temporaryDirectory(), args);
    expect(await end('SIGTERM')).toEqual({ code: 0, signal: null });
    expect(stderr()).toBe(
      'evenkeel: warning: other machines can reach 0.0.0.0, and nobody is asked who they are ' +
        '(--insecure)\n',
    );
    expect(log()).toEqual([]);
  });

  it('has a line for each request that is logged', async () => {
    const args = ['--log', 'text', '--access-log', '1'];
    const { url, stderr, end } = await startServer(await temporaryDirectory(), args);
    await put(url, 'a b', 'value');
    await end('SIGTERM');
    expect(stderr()).toMatch(/^evenkeel: PUT put a%20b 201 [\d.]+ ms\n$/);
  });
});

describe('a line', () => {
  it('of an error says what happened to the store, by its code', () => {
    const events = (['damaged', 'failed', 'no-quorum'] as const).map(
      (code) => errorLine(new StoreError(code, 'text')).event,
    );
    expect(events).toEqual(['damage', 'failure', 'failure']);
    expect(errorLine(new TypeError('a bug'))).toMatchObject({
      level: 'error',
      event: 'error',
      text: expect.stringContaining('TypeError: a bug\n    at '),
    });
    expect(errorLine('warning: a hint')).toEqual({
      level: 'warn',
      event: 'warning',
      text: 'a hint',
    });
  });

  it('of a reload says what was read, and whether it is taken', () => {
    expect(reloadLine({ what: 'tokens', refusal: undefined })).toEqual({
      level: 'info',
      event: 'reload',
      text: 'the tokens were read again',
      fields: { what: 'tokens', taken: true },
    });
    expect(reloadLine({ what: 'certificates', refusal: 'cert.pem is not PEM' })).toEqual({
      level: 'warn',
      event: 'reload',
      text: 'the certificates stay as they were: cert.pem is not PEM',
      fields: { what: 'certificates', taken: false },
    });
  });

  it('of a full disk says when it begins, and when it ends', () => {
    expect([fullLine(true), fullLine(false)].map(({ event }) => event)).toEqual([
      'disk-full',
      'disk-space',
    ]);
  });
});
