/** A trait of every store: fields that are kept with a value come back with it. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { maxFieldsBytes, pieceBytes } from '#dist/config/limits.js';
import type { EntityFields } from '#dist/store/store.js';
import { bytes, openAt, pages, put, type StoreFactory, sharedStore, value } from './factory.js';

const text = fc.stringMatching(/^[\t\x20-\x7e\x80-\xff]{0,60}$/);
const filledText = text.filter((each) => each !== '');
const name = fc.oneof(
  fc.stringMatching(/^[!#$%&'*+\-.^_`|~0-9a-z]{1,20}$/),
  fc.constantFrom('__proto__', 'constructor', '0', '1'),
);
const fields: fc.Arbitrary<EntityFields> = fc.record(
  {
    contentType: fc.oneof(filledText, fc.constantFrom('text/plain', 'application/json')),
    contentEncoding: filledText,
    meta: fc
      .uniqueArray(fc.tuple(name, text), { selector: ([key]) => key, minLength: 1, maxLength: 9 })
      .map((pairs) => Object.fromEntries(pairs)),
  },
  { requiredKeys: [] },
);

/** Fields without one are none. */
const expectedOf = (kept: EntityFields) => (Object.keys(kept).length === 0 ? undefined : kept);

export function fieldTrait(factory: StoreFactory): void {
  const openEmpty = sharedStore(factory);

  test('they come back with each read, from memory and in a range, and after opening', async () => {
    const place = await factory.place();
    const first = await openAt(place);
    const kept = fc.sample(fields, 200);
    const key = (i: number) => bytes(`key-${String(i).padStart(4, '0')}`);
    await Promise.all(kept.map((each, i) => first.put(key(i), [bytes(`${i}`)], { fields: each })));
    await first.close();
    const store = await openAt(place);
    for (let round = 0; round < 3; round++)
      for (const [i, each] of kept.entries())
        expect(await store.get(key(i))).toMatchObject({
          value: bytes(`${i}`),
          fields: expectedOf(each),
        });
    const listed = (await pages(store, { start: bytes('key') })).flat();
    expect(listed.map((entity) => entity.fields)).toEqual(kept.map(expectedOf));
  });

  test('any that are field values come back as they were', async () => {
    const store = await openEmpty();
    await fc.assert(
      fc.asyncProperty(
        fields,
        fc.constantFrom(0, 3, 3000, 2 * pieceBytes),
        async (kept, length) => {
          const content = Buffer.alloc(length, 'v');
          await store.put(bytes('a'), [content], { fields: kept, ttlMs: 1_000_000 });
          for (let round = 0; round < 2; round++) {
            const entity = await store.get(bytes('a'));
            expect(entity?.fields).toEqual(expectedOf(kept));
            expect(content.equals(entity?.value ?? bytes('none'))).toBe(true);
          }
        },
      ),
      { numRuns: 50 },
    );
  });

  test('a put replaces them all, and one without any leaves none', async () => {
    const store = await openEmpty();
    const kept = { contentType: 'text/plain', meta: { owner: 'me' } };
    await store.put(bytes('a'), [bytes('one')], { fields: kept });
    await store.put(bytes('a'), [bytes('two')], { fields: { contentEncoding: 'gzip' } });
    expect((await store.get(bytes('a')))?.fields).toEqual({ contentEncoding: 'gzip' });
    await put(store, 'a', 'three');
    expect((await store.get(bytes('a')))?.fields).toBeUndefined();
  });

  test('any but a field value, or too long a one, is misuse: nothing is stored', async () => {
    const store = await openEmpty();
    const refused: EntityFields[] = [
      { contentType: 'a\nb' },
      { contentType: 'a\rb' },
      { contentEncoding: '\0' },
      { contentType: 'snowman \u2603' },
      { meta: { name: 'a\nb' } },
      { meta: { 'a\nb': 'x' } },
      { meta: { '': 'x' } },
      { meta: { Upper: 'x' } },
      { meta: { name: 'x'.repeat(maxFieldsBytes) } },
    ];
    for (const each of refused) {
      const writing = store.put(bytes('a'), [bytes('x')], { fields: each });
      await expect(writing, JSON.stringify(each).slice(0, 80)).rejects.toThrow(TypeError);
    }
    expect(await value(store, 'a')).toBeUndefined();
    const longest = { contentType: 'x'.repeat(maxFieldsBytes) };
    await store.put(bytes('a'), [bytes('x')], { fields: longest });
    expect((await store.get(bytes('a')))?.fields).toEqual(longest);
  });
}
