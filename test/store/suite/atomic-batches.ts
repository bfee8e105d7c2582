/** A trait of stores that offer atomic batches: all operations of one are done, or none is. */
import { expect, test } from 'vitest';
import { maxAtomicBytes, maxAtomicOperations } from '#dist/config/limits.js';
import type { Condition, Operation, Store, WriteOptions } from '#dist/store/store.js';
import {
  bytes,
  keys,
  numbered,
  openAt,
  outcome,
  pages,
  put,
  type StoreFactory,
  sharedStore,
  value,
} from './factory.js';

const absent: WriteOptions = { condition: { kind: 'absent' } };
const present: WriteOptions = { condition: { kind: 'present' } };

function putting(key: string, text: string, options: WriteOptions = {}): Operation {
  return { kind: 'put', key: bytes(key), value: [bytes(text)], options };
}

function deleting(key: string, options: WriteOptions = {}): Operation {
  return { kind: 'delete', key: bytes(key), options };
}

const freely = { slice: async () => 0, take: () => {}, give: () => {} };

async function numberUnder(store: Store, key: string): Promise<[number, Condition]> {
  const entity = await store.get(bytes(key));
  if (!entity) throw new Error(`${key} is absent`);
  const condition: Condition = { kind: 'version', versions: [entity.version] };
  return [Number(Buffer.from(entity.value).toString()), condition];
}

export function atomicBatchTrait(factory: StoreFactory): void {
  const openEmpty = sharedStore(factory);

  test('the store says that it offers them', async () => {
    expect((await openEmpty()).capabilities.atomicBatches).toBe(true);
  });

  test('all operations are done, in order, each with its own result', async () => {
    const store = await openEmpty();
    await put(store, 'old', 'x');
    const results = await store.commitAll([
      putting('a', 'one'),
      deleting('old'),
      deleting('old'),
      putting('a', 'two', present),
      putting('b', 'three', absent),
      deleting('b', present),
    ]);
    const versions = results.map((result) => ('version' in result ? result.version : 0));
    expect(results).toEqual([
      { version: versions[0] },
      { existed: true },
      { existed: false },
      { version: versions[3] },
      { version: versions[4] },
      { existed: true },
    ]);
    expect(versions[3]).toBeGreaterThan(versions[0] ?? 0);
    expect(await store.get(bytes('a'))).toMatchObject({
      value: bytes('two'),
      version: versions[3],
    });
    expect(await keys(store, 'a')).toEqual(['a']);
    expect(await store.commitAll([])).toEqual([]);
  });

  test.each([0, 1, 2, 40])('a condition that fails at %i: none is done', async (index) => {
    const store = await openEmpty();
    await put(store, 'kept', 'old');
    const operations = numbered(50).map((key) => putting(key, 'new'));
    operations.unshift(putting('kept', 'new'));
    operations.splice(
      index,
      0,
      index === 2 ? deleting('none', present) : putting('none', 'x', present),
    );
    // A later one that fails as well is not the one that is named.
    operations.push(deleting('none', present));
    await expect(store.commitAll(operations)).rejects.toMatchObject({
      code: 'condition-failed',
      index,
    });
    expect(await keys(store, '0')).toEqual(['kept']);
    expect(await value(store, 'kept')).toBe('old');
    expect(store.failure).toBeUndefined();
  });

  test('other writes of the same turn are not touched by one that is not done', async () => {
    const store = await openEmpty();
    const all = numbered(300);
    const endings = await Promise.all(
      all.map((key, i) => {
        if (i % 10 !== 5) return outcome(() => put(store, key, key));
        const operations = [
          deleting(all[i - 1] ?? ''),
          putting(key, 'x'),
          putting(key, 'y', absent),
        ];
        return outcome(() => store.commitAll(i % 20 === 5 ? operations : operations.slice(0, 2)));
      }),
    );
    const isUndone = (i: number) => i % 20 === 5;
    expect(endings).toEqual(all.map((_, i) => (isUndone(i) ? 'condition-failed' : 'no error')));
    const deleted = (i: number) => i % 20 === 14;
    expect(await keys(store, 'key')).toEqual(all.filter((_, i) => !isUndone(i) && !deleted(i)));
  });

  test('what moves between two keys is never seen in both, or in none', async () => {
    const store = await openEmpty();
    await store.commitAll([putting('a', '1000'), putting('b', '1000')]);
    let moving = true;
    const move = async () => {
      for (let moved = 0; moved < 25; ) {
        const [[a, aIsSame], [b, bIsSame]] = await Promise.all([
          numberUnder(store, 'a'),
          numberUnder(store, 'b'),
        ]);
        const ending = await outcome(() =>
          store.commitAll([
            putting('a', `${a - 1}`, { condition: aIsSame }),
            putting('b', `${b + 1}`, { condition: bIsSame }),
          ]),
        );
        if (ending === 'no error') moved++;
        else expect(ending).toBe('condition-failed');
      }
    };
    const reading = (async () => {
      while (moving) {
        const entities = (await pages(store, { start: bytes('a') }))[0] ?? [];
        const sum = entities.reduce((all, each) => all + Number(Buffer.from(each.value)), 0);
        // A page may end before it is full, when its time is over.
        if (entities.length === 2) expect(sum).toBe(2000);
        await new Promise(setImmediate);
      }
    })();
    await Promise.all(Array.from({ length: 8 }, move)).finally(() => {
      moving = false;
    });
    await reading;
    expect([await value(store, 'a'), await value(store, 'b')]).toEqual(['800', '1200']);
  });

  test('the longest batch is taken whole, and is there when the store is opened', async () => {
    const place = await factory.place();
    const first = await openAt(place);
    const names = numbered(maxAtomicOperations);
    const perValue = Math.floor(maxAtomicBytes / maxAtomicOperations) - 8;
    const contentOf = (key: string) => [Buffer.alloc(perValue, key)];
    const operations: Operation[] = names.map((key) => ({
      kind: 'put',
      key: bytes(key),
      value: contentOf(key),
      options: { fields: { contentType: 'text/plain' } },
    }));
    expect(await first.commitAll(operations, freely)).toHaveLength(maxAtomicOperations);
    await first.close();
    const store = await openAt(place);
    expect(await keys(store, 'key')).toEqual(names);
    for (const key of [names[0], names[500], names[999]] as string[])
      expect((await store.get(bytes(key)))?.value).toEqual(contentOf(key)[0]);
  });

  test('a longer one, and a wrong operation anywhere in it, is misuse: none is done', async () => {
    const store = await openEmpty();
    const many = numbered(maxAtomicOperations + 1).map((key) => putting(key, 'x'));
    const large: Operation = {
      kind: 'put',
      key: bytes('b'),
      value: [Buffer.alloc(maxAtomicBytes)],
    };
    const wrong: Operation = { kind: 'delete', key: bytes('') };
    for (const operations of [many, [large], [putting('a', 'x'), wrong]])
      await expect(store.commitAll(operations)).rejects.toThrow(TypeError);
    expect(await keys(store, '0')).toEqual([]);
  });
}
