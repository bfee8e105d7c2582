/** The fast lane's look at a token: a plain request with a good one stays there. */
import { describe, expect, it } from 'vitest';
import { makeLimits } from '#dist/config/limits.js';
import { makeToken, parseTokens } from '#dist/server/access/token-file.js';
import { Tokens } from '#dist/server/access/tokens.js';
import { KnownCredentials } from '#dist/server/fast-lane/known-credentials.js';
import { findPlainRequest, PlainRequest } from '#dist/server/fast-lane/plain-request.js';

const [one, two] = [makeToken('one', 'write', undefined), makeToken('two', 'read', undefined)];
const entries = (...lines: string[]) => parseTokens(`[${lines.join()}]`);

/** The permit of a request with these fields; undefined: it is for the full lane. */
function permitOf(known: KnownCredentials, method: string, ...fields: string[]) {
  const length = method === 'PUT' ? ['Content-Length: 1'] : [];
  const head = [`${method} /v0/entity?id=k HTTP/1.1`, 'Host: h', ...fields, ...length, '', ''];
  const bytes = Buffer.from(head.join('\r\n') + (method === 'PUT' ? 'v' : ''), 'latin1');
  const request = new PlainRequest();
  if (!findPlainRequest(bytes, 0, makeLimits(), request)) return undefined;
  return known.find(bytes, request.credentialsStart, request.credentialsEnd);
}

describe('the credentials of a connection', () => {
  it.each(['GET', 'PUT', 'DELETE'])('stay in the fast lane with a %s', (method) => {
    const known = new KnownCredentials(new Tokens(entries(one.line, two.line)));
    const permit = permitOf(known, method, `Authorization: Bearer ${one.token}`);
    expect(permit).toBeDefined();
    expect(permitOf(known, method, `authorization:bearer ${one.token}`)).toBeDefined();
    const other = permitOf(known, method, `Authorization: Bearer ${two.token}`);
    expect(other).toBeDefined();
    expect(other).not.toBe(permit);
    expect(permitOf(known, method, `Authorization: Bearer ${two.token}`)).toBe(other);
  });

  it('are left to the full lane when they are not those of a token', () => {
    const known = new KnownCredentials(new Tokens(entries(one.line)));
    const good = `Authorization: Bearer ${one.token}`;
    expect(permitOf(known, 'GET', good)).toBeDefined();
    for (const fields of [
      [],
      ['Authorization:'],
      ['Authorization: Bearer '],
      [`Authorization: Bearer ${two.token}`],
      [`${good}x`],
      [good.slice(0, -1)],
      [`${good} `],
      [good.replace('Bearer', 'Basic')],
      [good, good],
      ['Authorization:', good],
    ])
      expect([fields, permitOf(known, 'GET', ...fields)]).toStrictEqual([fields, undefined]);
    expect(permitOf(known, 'GET', good)).toBeDefined();
  });

  it('are looked up again when the tokens change', () => {
    const tokens = new Tokens(entries(one.line));
    const known = new KnownCredentials(tokens);
    const good = `Authorization: Bearer ${one.token}`;
    expect(permitOf(known, 'GET', good)).toBeDefined();
    tokens.replace(entries(two.line));
    expect(permitOf(known, 'GET', good)).toBeUndefined();
    tokens.replace(entries(one.line));
    expect(permitOf(known, 'GET', good)).toBeDefined();
  });
});
