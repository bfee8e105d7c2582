/** The grammar of a host and its port (RFC 3986 § 3.2), form by form. */
import { describe, expect, it } from 'vitest';
import { parseAuthority } from '#dist/server/access/authority.js';

describe('a host is read as one, in lower case', () => {
  it.each([
    ['localhost', 'localhost', undefined, false],
    ['Store.Example:8080', 'store.example', 8080, false],
    ['a:', 'a', undefined, false],
    ['a:0', 'a', 0, false],
    ['a:00080', 'a', 80, false],
    ['a:65535', 'a', 65_535, false],
    ["a-1_~!$&'()*+,;=", "a-1_~!$&'()*+,;=", undefined, false],
    ['%4cocal%68ost', 'localhost', undefined, false],
    ['127.0.0.1:80', '127.0.0.1', 80, true],
    ['127.1', '127.1', undefined, false],
    ['127.0.0.01', '127.0.0.01', undefined, false],
    ['256.0.0.1', '256.0.0.1', undefined, false],
    ['2130706433', '2130706433', undefined, false],
    ['[::1]', '[::1]', undefined, true],
    ['[::FFFF:127.0.0.1]:80', '[::ffff:127.0.0.1]', 80, true],
    ['[v1.a:b]', '[v1.a:b]', undefined, false],
  ])('%s', (text, host, port, isAddress) => {
    expect(parseAuthority(text)).toStrictEqual({ host, port, isAddress });
  });
});

it.each([
  ...['', ' ', ':', ':80', 'a b', ' a', 'a ', 'a\t', 'a/b', 'a\\b', 'a?b', 'a#b', 'u@h', '@h'],
  ...['a%', 'a%4', 'a%zz', '%', 'a:b', 'a:-1', 'a:+1', 'a:80:80', 'a:8 0', 'a:65536', 'a:0x50'],
  ...['a"b', 'a<b', 'a>b', 'a[b', 'a]b', 'a^b', 'a`b', 'a{b', 'a|b', 'a}b', 'a\0', 'a\x7f', '\xe9'],
  ...['::1', '[', '[]', '[::1', '::1]', '[::1]a', '[::1]:b', '[127.0.0.1]', '[a]', '[::1%25lo]'],
  ...['[fe80::1%lo]', '[:::]', '[1::2::3]', '[v.a]', '[v1.]', '[::1][::1]', 'http://a'],
])('%j is not a host', (text) => {
  expect(parseAuthority(text)).toBeUndefined();
});
