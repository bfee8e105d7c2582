/**
 * GET /v0/openapi.json, and the two ways between the document and the server. Each exchange of the
 * tests in this directory is held against it (see harness.ts). Here all that it says is provoked.
 */
import { Validator } from '@seriousme/openapi-schema-validator';
import { expect, it, onTestFinished } from 'vitest';
import { makeLimits } from '#dist/config/limits.js';
import { serveStore } from '#dist/server/server.js';
import { openStore } from '#dist/store/open.js';
import { StoreError, type StoreErrorCode } from '#dist/store/store.js';
import { temporaryDirectory } from '../support/directory.js';
import { RawConnection, request } from '../support/http.js';
import { makeTokens } from '../support/tokens.js';
import { claims, contradictions, shownBy } from './documented.js';
import { onExchange, sharedServer, startServer, testedLanes } from './harness.js';

const entity = '/v0/entity?id=k';
const range = '/v0/entities?start=k';
const batch = '/v0/entities?atomic=true';
const kept = ['Content-Type: text/plain', 'Content-Encoding: identity', 'Evenkeel-Meta-A: b'];
const server = sharedServer();

it('is a valid document of OpenAPI 3.1', async () => {
  const response = await fetch(`${server.url}/v0/openapi.json`);
  expect(response.headers.get('content-type')).toBe('application/json');
  const text = await response.text();
  const validator = new Validator();
  expect(await validator.validate(JSON.parse(text))).toStrictEqual({ valid: true });
  expect(validator.version).toBe('3.1');
  const { security, components } = JSON.parse(text);
  expect(security).toStrictEqual([{}, { bearer: [] }]);
  expect(components.securitySchemes.bearer).toMatchObject({ type: 'http', scheme: 'bearer' });
  const head = await fetch(`${server.url}/v0/openapi.json`, { method: 'HEAD' });
  expect(head.headers.get('content-length')).toBe(String(Buffer.byteLength(text)));
});

it('says nothing that the server does not do', async () => {
  const shown = new Set<string>();
  const faults: string[] = [];
  const listen = (url: string) =>
    onExchange(url, (exchange) => {
      faults.push(...contradictions(exchange));
      for (const claim of shownBy(exchange)) shown.add(claim);
    });
  await askPlain(listen);
  await askTooMuch(listen);
  await askBadStores(listen);
  await askLate(listen);
  await askWithTokens(listen);
  expect(faults).toStrictEqual([]);
  expect(claims().filter((claim) => !shown.has(claim))).toStrictEqual([]);
});

type Listen = (url: string) => void;

/** All that a server does that has what it needs. */
async function askPlain(listen: Listen): Promise<void> {
  const { url } = await startServer();
  listen(url);
  const connection = new RawConnection(url);
  for (const bytes of [
    request('GET', entity),
    request('PUT', `${entity}&replicas=1/1&ttl=60`, kept, 'value'),
    request('PUT', entity, ['If-Match: "1"'], 'v'),
    request('PUT', entity, ['If-None-Match: *'], 'v'),
    request('PUT', entity, ['If-None-Match: "1"'], 'v'),
    request('PUT', entity, ['If-Modified-Since: x'], 'v'),
    request('PUT', entity, ['If-Unmodified-Since: x'], 'v'),
    request('PUT', entity, ['Content-Range: bytes 0-0/2'], 'v'),
    request('GET', `${entity}&replicas=1/1`),
    request('GET', entity, ['If-Match: "1"']),
    request('GET', entity, ['If-None-Match: *']),
    request('GET', entity, ['Evenkeel-Server-Timing: 1']),
    request('GET', entity, ['Range: bytes=1-2', 'If-Range: "1"']),
    request('GET', entity, ['Range: bytes=1-2']),
    request('GET', entity, ['Range: bytes=9-']),
    request('GET', `${range}&end=l&limit=1`),
    request('GET', range, ['Accept: application/x-ndjson']),
    request('GET', '/v0/entities?prefix=k&after=a&order=desc&only=keys', [
      'Accept: application/x-ndjson',
    ]),
    request('DELETE', entity, ['If-Match: "1"', 'If-None-Match: *']),
    request('DELETE', entity, ['If-None-Match: "1"']),
    request('DELETE', `${entity}&replicas=1/1`),
    request('DELETE', '/v0/entities?start=x&end=y'),
    request('DELETE', '/v0/entities?prefix=x'),
    request('DELETE', '/v0/entities?prefix=x', ['If-Match: *']),
    request('POST', '/v0/entities', [], '{"key":"b","value":""}\n{"key":"b","delete":true}\n{}\n'),
    request('POST', batch, [], '{"key":"b","valueText":"v","ifMatch":"1"}\n'),
    request('POST', batch, ['Content-Encoding: gzip'], '{}'),
    request('POST', batch, [], '{"key":"b","value":""}\n'),
    request('GET', '/v0/status'),
    request('GET', '/v0/openapi.json'),
    request('POST', '/v0/status'),
    request('GET', '/nowhere'),
    request('GET', entity, ['Origin: http://evil.example']),
    request('GET', entity, ['Sec-Fetch-Site: cross-site']),
    request('OPTIONS', entity, ['Access-Control-Request-Method: PUT']),
    request('GET', entity).replace('localhost', 'evil.example'),
    request('GET', entity, ['Expect: a-miracle']),
  ])
    await connection.ask(bytes);
  await fetch(`${url}${entity}&ttl=60`, {
    method: 'PUT',
    headers: { 'Content-Encoding': 'identity' },
    body: 'v',
  });
  for (const [target, headers] of [
    [`${entity}&replicas=1/1`, {}],
    [entity, { 'If-Match': '"1"' }],
    [entity, { 'If-None-Match': '*' }],
    ['/v0/entity?id=absent', {}],
    [`${range}&end=l&limit=1`, {}],
    ['/v0/entities?prefix=k&after=a&order=desc&only=keys', {}],
    ['/v0/status', {}],
    ['/v0/openapi.json', {}],
  ] as const)
    await fetch(`${url}${target}`, { method: 'HEAD', headers });
}

/** Values, targets and heads that are too long. */
async function askTooMuch(listen: Listen): Promise<void> {
  const { url } = await startServer({ maxValueBytes: 10, maxHeaderBytes: 8192 });
  listen(url);
  for (const bytes of [
    request('PUT', entity, [], 'v'.repeat(11)),
    request('GET', `/v0/entity?id=${'k'.repeat(9000)}`),
    request('GET', entity, [`A: ${'b'.repeat(9000)}`]),
  ])
    await new RawConnection(url).ask(bytes);
}

/** Errors that a store has on a bad or full disk, or with too few replicas. */
async function askBadStores(listen: Listen): Promise<void> {
  for (const code of ['damaged', 'overloaded', 'full', 'too-few-replicas'] as StoreErrorCode[]) {
    const limits = makeLimits();
    const store = await openStore(await temporaryDirectory(), limits);
    const fail = () => Promise.reject(new StoreError(code, 'as the test wants'));
    Object.assign(store, {
      get: fail,
      put: fail,
      delete: fail,
      commitAll: fail,
      deleteRange: fail,
      range: async function* () {
        yield await fail();
      },
    });
    const options = { port: 0, lanes: testedLanes, report: () => {} };
    const bad = await serveStore(store, limits, options);
    onTestFinished(async () => {
      await bad.close();
    });
    listen(bad.url);
    const connection = new RawConnection(bad.url);
    const isOfWrites = code === 'full';
    if (!isOfWrites) {
      await connection.ask(request('GET', entity));
      await fetch(`${bad.url}${entity}`, { method: 'HEAD' });
    }
    await connection.ask(request('PUT', entity, [], 'v'));
    await connection.ask(request('DELETE', entity));
    await connection.ask(request('POST', batch, [], '{"key":"b","value":""}\n'));
    await connection.ask(request('DELETE', '/v0/entities?prefix=x'));
    if (code === 'too-few-replicas')
      for (const method of ['GET', 'HEAD'])
        await fetch(`${bad.url}/v0/entities?prefix=x`, { method });
    Object.assign(store, { capabilities: { ...store.capabilities, atomicBatches: false } });
    await connection.ask(request('POST', batch, [], ''));
  }
}

/** A server that takes tokens only. */
async function askWithTokens(listen: Listen): Promise<void> {
  const { file, tokens } = await makeTokens({ reader: 'read' });
  const { url } = await startServer({}, undefined, { tokens: file });
  listen(url);
  const token = `Authorization: Bearer ${tokens.reader}`;
  const connection = new RawConnection(url);
  await connection.ask(request('GET', entity));
  await connection.ask(request('DELETE', entity, [token]));
  await connection.ask(request('GET', entity, [token, token]));
}

async function askLate(listen: Listen): Promise<void> {
  const { url } = await startServer({ headerTimeoutMs: 100 });
  listen(url);
  await new RawConnection(url).ask('GET /v0/status HTTP/1.1\r\nHost: loc');
}
