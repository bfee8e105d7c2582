/** The file of tokens: what is taken, and that a refusal quotes nothing of it. */
import { describe, expect, it } from 'vitest';
import { makeToken, parseTokens } from '#dist/server/access/token-file.js';
import { digestOf, Tokens } from '#dist/server/access/tokens.js';

const sha256 = digestOf('secret').toString('hex');
const other = digestOf('other').toString('hex');

describe('a file of tokens', () => {
  it('has the digest, the access and the prefix of each', () => {
    const text = JSON.stringify([
      { name: 'a', sha256, access: 'read', prefix: 'käse:' },
      { name: 'b', sha256: other.toUpperCase(), access: 'write', prefixBase64: '/w==' },
    ]);
    expect(parseTokens(text)).toStrictEqual([
      {
        digest: digestOf('secret'),
        grant: { name: 'a', access: 'read', prefix: Buffer.from('käse:') },
      },
      { digest: digestOf('other'), grant: { name: 'b', access: 'write', prefix: Buffer.of(255) } },
    ]);
    expect(parseTokens('[]')).toStrictEqual([]);
  });

  const good = { name: 'a', sha256, access: 'read' };
  const leak = 'ek_written-in-place-of-something';
  it.each([
    [`[{"name": ${leak}}]`, /^it is not JSON/],
    [leak, /^it is not JSON/],
    ['', /^it is not JSON/],
    [JSON.stringify({ tokens: [good] }), /JSON array/],
    [JSON.stringify([leak]), /^token 1 should be an object with name, sha256/],
    [JSON.stringify([good, null]), /^token 2 should be an object/],
    [JSON.stringify([{ ...good, sha256: leak }]), /"sha256" should be 64 hexadecimal digits/],
    [JSON.stringify([{ ...good, name: `${leak}\n` }]), /"name" should be 1 to 64/],
    [JSON.stringify([{ ...good, access: leak }]), /"access" should be one of read, write, admin/],
    [JSON.stringify([{ ...good, [leak]: 1 }]), /and no others/],
    [JSON.stringify([{ ...good, token: leak }]), /and no others/],
    [JSON.stringify([{ ...good, prefix: '' }]), /"prefix" should be/],
    [JSON.stringify([{ ...good, prefix: 'ä'.repeat(513) }]), /"prefix" should be/],
    [JSON.stringify([{ ...good, prefixBase64: '?' }]), /"prefixBase64" should be/],
    [JSON.stringify([{ ...good, prefix: 'a', prefixBase64: 'YQ==' }]), /give one/],
    [JSON.stringify([{ ...good, access: 'admin', prefix: 'a' }]), /not limited to a prefix/],
    [JSON.stringify([good, { ...good, sha256: other }]), /tokens 1 and 2 have the same "name"/],
    [JSON.stringify([good, { ...good, name: 'b' }]), /have the same "sha256"/],
    [JSON.stringify(Array(1001).fill(good)), /1001 tokens; 1000 are taken at most/],
  ])('that is %j is refused', (text, why) => {
    let message = '';
    try {
      parseTokens(text);
    } catch (error) {
      message = (error as Error).message;
      expect((error as Error).name).toBe('AccessError');
    }
    expect(message).toMatch(why);
    expect(message).not.toContain(leak);
  });
});

it('a token that is made is found by itself, and by nothing near it', () => {
  const prefix = Buffer.from([0xff, 0x00]);
  const { token, line } = makeToken('app', 'write', prefix);
  expect(token).toMatch(/^ek_[\w-]{43}$/);
  expect(line).not.toContain(token.slice(3));
  const tokens = new Tokens(parseTokens(`[${line}]`));
  expect(tokens.find(digestOf(token))).toStrictEqual({ name: 'app', access: 'write', prefix });
  for (const near of [token.slice(1), `${token} `, token.toUpperCase(), ''])
    expect(tokens.find(digestOf(near))).toBeUndefined();
});
