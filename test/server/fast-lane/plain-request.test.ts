/**
 * The grammar of the fast lane, rule by rule: which requests are plain, where they end, what they
 * ask for, and which are left to the full lane.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeLimits } from '#dist/config/limits.js';
import {
  type RequestField,
  type RequestFields,
  requestFields,
} from '#dist/server/api/operations.js';
import { admit } from '#dist/server/api/route.js';
import {
  findPlainRequest,
  PlainRequest,
  plainMethods,
} from '#dist/server/fast-lane/plain-request.js';
import type { Store } from '../../../src/store/store.js';

const limits = makeLimits({ maxValueBytes: 1000, maxHeaderFields: 5 });

function find(text: string, start = 0): PlainRequest | undefined {
  const found = new PlainRequest();
  return findPlainRequest(Buffer.from(text, 'latin1'), start, limits, found) ? found : undefined;
}

const get = (fields = '', target = '/v0/entity?id=a') =>
  `GET ${target} HTTP/1.1\r\nHost: x\r\n${fields}\r\n`;
const put = (fields: string, content = '') =>
  `PUT /v0/entity?id=a HTTP/1.1\r\nHost: x\r\n${fields}\r\n${content}`;

describe('what is plain', () => {
  it.each([
    ['GET', get(), ''],
    ['DELETE', get().replace('GET', 'DELETE'), ''],
    ['PUT', put('Content-Length: 5\r\n', 'a\r\n\0\xff'), 'a\r\n\0\xff'],
    ['PUT', put('content-LENGTH:000000003\r\n', 'abc'), 'abc'],
    ['PUT', put('Content-Length: \t 0\r\n'), ''],
    ['GET', get('Connection: Keep-Alive\r\nAccept: */*\r\nX-\x7e!#: \t a\tb~ \r\nX:\r\n'), ''],
  ])('%s %j', (method, text, content) => {
    const found = find(`${text}GET `);
    expect(found).toMatchObject({ method, end: text.length });
    expect(found?.command).toEqual({ kind: method.toLowerCase(), key: Buffer.from('a') });
    expect(text.slice(found?.contentStart)).toBe(content);
  });

  it('is found behind another, at the place asked for', () => {
    const text = put('Content-Length: 3\r\n', 'GET') + get('', '/v0/entity?id=%00+b&replicas=1/1');
    const first = find(text)?.end ?? 0;
    expect(find(text, first)).toMatchObject({
      command: undefined,
      method: 'GET',
      target: '/v0/entity?id=%00+b&replicas=1/1',
      end: text.length,
    });
  });
});

describe('a key that stands for itself', () => {
  it.each([
    ['no key', 'id=', false],
    ['the longest key', `id=${'k'.repeat(1024)}`, true],
    ['one byte more', `id=${'k'.repeat(1025)}`, false],
    ['another name', 'ID=a', false],
    ['no parameter', '', false],
    ['a second parameter', 'id=a&replicas=1/1', false],
    ['an empty one', 'id=a&', false],
    ['an escape', 'id=%61', false],
    ['a plus', 'id=a+b', false],
    ['signs that end nothing', "id==a?/;id=b'()*", true],
  ])('%s', (_name, query, isLiteral) => {
    expect(find(get('', `/v0/entity?${query}`))?.command !== undefined).toBe(isLiteral);
  });

  it('asks for what the routes say', () => {
    const store = { capabilities: { replicas: 1, conditions: true } } as Store;
    const character = fc.constantFrom(..."aZ09-._~%!$&'()*+,;=:@/?");
    const query = fc
      .tuple(
        fc.constantFrom('id=', 'id=', 'id', 'id==', 'Id=', 'ttl=1&id=', ''),
        fc.string({ unit: character, maxLength: 40 }),
      )
      .map((parts) => parts.join(''));
    const type = fc.constantFrom(undefined, 'text/plain', 'a/b;c="d"', 'application/octet-stream');
    let literal = 0;
    fc.assert(
      fc.property(fc.constantFrom('GET', 'PUT', 'DELETE'), query, type, (method, query, type) => {
        const target = `/v0/entity?${query}`;
        const field = type === undefined ? '' : `Content-Type: ${type}\r\n`;
        const text =
          method === 'PUT'
            ? put(`Content-Length: 0\r\n${field}`).replace('/v0/entity?id=a', () => target)
            : get(field, target).replace('GET', method);
        const fields: RequestFields = type === undefined ? {} : { 'content-type': type };
        const found = find(text);
        expect(found).toBeDefined();
        if (found?.command === undefined) {
          expect(found?.target).toBe(target);
          expect(found?.fields).toEqual(method === 'PUT' ? fields : {});
          return;
        }
        literal++;
        const head = { method, target, fields };
        expect(found.command).toEqual(admit(head, { store, draining: false }));
      }),
      { numRuns: 2000 },
    );
    expect(literal).toBeGreaterThan(100);
  });
});

describe('a type', () => {
  const kept = (field: string) => {
    const command = find(put(`Content-Length: 0\r\n${field}\r\n`))?.command;
    return command?.kind === 'put' ? (command.fields ?? 'none') : undefined;
  };

  it.each([
    ['Content-Type: text/plain', { contentType: 'text/plain' }],
    ['CONTENT-type:\t text/plain;charset=UTF-8', { contentType: 'text/plain;charset=UTF-8' }],
    ['content-type: application/octet-stream', 'none'],
  ])('%s', (field, fields) => {
    // The second time it is known.
    expect([kept(field), kept(field)]).toEqual([fields, fields]);
  });

  it('is not taken for another one of the same length', () => {
    expect(kept('Content-Type: text/aaaa')).toEqual({ contentType: 'text/aaaa' });
    expect(kept('Content-Type: text/aaab')).toEqual({ contentType: 'text/aaab' });
    expect(kept('Content-Type: text/aaaa')).toEqual({ contentType: 'text/aaaa' });
  });
});

describe('what is left to the full lane', () => {
  it.each([
    ['HEAD', get().replace('GET', 'HEAD')],
    ['a method in lower case', get().replace('GET', 'get')],
    ['another path', get('', '/v0/entities?start=a')],
    ['a path of the same beginning', get('', '/v0/entityx?id=a')],
    ['the absolute form', get('', 'http://x/v0/entity?id=a')],
    ['a fragment', get('', '/v0/entity?id=a#b')],
    ['a byte above 0x7e in the target', get('', '/v0/entity?id=\xe4')],
    ['HTTP/1.0', get().replace('1.1', '1.0')],
    ['two spaces', get().replace(' HTTP', '  HTTP')],
    ['an empty line first', `\r\n${get()}`],
    ['no Host', get().replace('Host: x\r\n', 'X: y\r\n')],
    ['two Hosts', get('hOST: x\r\n')],
    ['a space before the colon', get('X : y\r\n')],
    ['a folded line', get('X: y\r\n z\r\n')],
    ['a field without a colon', get('X\r\n')],
    ['a field without a name', get(': x\r\n')],
    ['a bare LF', get().replace('x\r\n', 'x\n')],
    ['a bare CR', get('X: a\rb\r\n')],
    ['a NUL in a value', get('X: a\0b\r\n')],
    ['DEL in a value', get('X: a\x7fb\r\n')],
    ['a high byte in a value', get('X: \xe4\r\n')],
    ['a high byte in a name', get('X\xe4: a\r\n')],
    ['GET with a length', get('Content-Length: 0\r\n')],
    ['PUT without one', put('')],
    ['two lengths', put('Content-Length: 1\r\nContent-Length: 1\r\n', 'a')],
    ['a list of lengths', put('Content-Length: 1, 1\r\n', 'a')],
    ['a signed length', put('Content-Length: +1\r\n', 'a')],
    ['a hexadecimal length', put('Content-Length: 0x1\r\n', 'a')],
    ['an empty length', put('Content-Length: \r\n', 'a')],
    ['a length with a space behind', put('Content-Length: 1 \r\n', 'a')],
    ['a length of ten digits', put('Content-Length: 0000000001\r\n', 'a')],
    ['a value past its limit', put('Content-Length: 1001\r\n', 'a'.repeat(1001))],
    ['too many fields', get('A: a\r\n'.repeat(5))],
    ['a head past its limit', get(`A: ${'a'.repeat(limits.maxHeaderBytes)}\r\n`)],
    ['two types', put('Content-Length: 0\r\nContent-Type: a/b\r\ncontent-type: a/b\r\n')],
    ['a malformed type', put('Content-Length: 0\r\nContent-Type: a\r\n')],
    ['an empty type', put('Content-Length: 0\r\nContent-Type:\r\n')],
    ['a type with a space behind', put('Content-Length: 0\r\nContent-Type: a/b \r\n')],
    ['a type of 64 bytes', put(`Content-Length: 0\r\nContent-Type: a/${'b'.repeat(62)}\r\n`)],
    ['metadata', put('Content-Length: 0\r\nEvenkeel-Meta-Owner: x\r\n')],
    ['metadata without a name', put('Content-Length: 0\r\nEVENKEEL-META-: x\r\n')],
    ['a connection to be closed', get('Connection: close\r\n')],
    ['another connection option', get('Connection: keep-alive, x\r\n')],
    ...requestFields
      .filter(
        ({ name }) =>
          ![
            ...['Host', 'Content-Length', 'Content-Type', 'Connection', 'Accept'],
            'Authorization',
          ].includes(name),
      )
      .map(({ name, operations }): [string, string] => {
        const field = `${name.toUpperCase()}: x\r\n`;
        const isOfGet = operations.some((kind) => kind === 'get');
        return [`the field ${name}`, isOfGet ? get(field) : put(`Content-Length: 0\r\n${field}`)];
      }),
  ])('%s', (_name, text) => {
    expect(find(text)).toBeUndefined();
  });

  it('no type of a GET or DELETE, to which it means nothing', () => {
    for (const method of ['GET', 'DELETE'])
      expect(find(get('Content-Type: x\r\n').replace('GET', method))).toBeDefined();
  });

  it('a field from the moment that the table names it', () => {
    const text = Buffer.from(get('Fresh: x\r\n'));
    const fresh: RequestField = { name: 'Fresh', use: 'read', operations: ['get'], summary: '' };
    const isPlain = (added: RequestField[]) =>
      findPlainRequest(
        text,
        0,
        limits,
        new PlainRequest(),
        plainMethods([...requestFields, ...added]),
      );
    expect(isPlain([])).toBe(true);
    expect(isPlain([fresh])).toBe(false);
    expect(isPlain([{ ...fresh, operations: ['range'] }])).toBe(true);
    expect(isPlain([{ ...fresh, name: 'Fre*' }])).toBe(false);
    expect(isPlain([{ ...fresh, name: 'Fresh-*' }])).toBe(true);
  });

  it('what is not there whole, wherever it is cut', () => {
    const text = put('Content-Length: 5\r\nA: b\r\n', 'hello');
    for (let end = 0; end < text.length; end++) expect(find(text.slice(0, end))).toBeUndefined();
    expect(find(text)).toBeDefined();
  });

  it('any bytes, without an exception', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(210), (bytes, start) => {
        expect(findPlainRequest(Buffer.from(bytes), start, limits, new PlainRequest())).toBe(false);
      }),
    );
  });
});
