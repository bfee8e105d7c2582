/** The types that are kept: the same object comes back, so no text was made. */
import { expect, test } from 'vitest';
import { KnownTypes } from '#dist/server/fast-lane/known-types.js';

function find(types: KnownTypes, text: string) {
  const bytes = Buffer.from(`<${text}>`, 'latin1');
  return types.find(bytes, 1, bytes.length - 1);
}

test('types of one length are kept side by side', () => {
  const types = new KnownTypes();
  const texts = ['text/html', 'image/png', 'image/gif', 'audio/ogg'];
  const known = texts.map((text) => find(types, text));
  expect(known.map((type) => type?.kept?.contentType)).toStrictEqual(texts);
  for (const [at, text] of texts.entries()) expect(find(types, text)).toBe(known[at]);
});

test('a fifth type of one length takes the place of the first', () => {
  const types = new KnownTypes();
  const [first, second] = ['text/aaaa', 'text/bbbb'].map((text) => find(types, text));
  for (const text of ['text/cccc', 'text/dddd', 'text/eeee']) find(types, text);
  expect(find(types, 'text/bbbb')).toBe(second);
  expect(find(types, 'text/aaaa')).not.toBe(first);
});

test('a malformed type, and one of 64 bytes, is not for this lane', () => {
  const types = new KnownTypes();
  expect(find(types, 'text')).toBeUndefined();
  expect(find(types, `text/${'x'.repeat(59)}`)).toBeUndefined();
  expect(find(types, `text/${'x'.repeat(58)}`)?.kept?.contentType).toHaveLength(63);
});
