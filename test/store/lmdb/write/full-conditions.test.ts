/** Conditions of writes that do not fit on the disk. */
import { describe, expect, test } from 'vitest';
import { temporaryDirectory } from '../../../support/directory.js';
import { startChild } from '../child/child.js';

const KiB = 1024;

describe.runIf(process.platform === 'linux')('on a full disk', () => {
  test('a write that does not fit fails for its condition, if that does not hold', async () => {
    const directory = await temporaryDirectory();
    const child = await startChild('./holder.mjs', { largestFileBytes: 8 * KiB * KiB });
    expect(await child.ask({ do: 'open', directory })).toEqual({});
    const key = 'key';
    expect(await child.ask({ do: 'put', key, value: 'v' })).toEqual({});
    let stored = 0;
    for (; ; stored++)
      if (
        (await child.ask({ do: 'put', key: `${stored}`, value: 'v', valueBytes: 100 * KiB })).code
      )
        break;
    const absent = { kind: 'absent' };
    const present = { kind: 'present' };
    const valueBytes = 1024 * KiB;
    const putIf = (condition: object) =>
      child.ask({ do: 'put', key, value: 'v', valueBytes, condition });
    expect(await putIf(absent)).toMatchObject({ code: 'condition-failed' });
    expect(await putIf(present)).toMatchObject({ code: 'full' });
    const atomic = (...writes: readonly object[]) => child.ask({ do: 'atomic', writes });
    // Each condition is decided after the operations before it, though none of them is stored.
    expect(
      await atomic(
        { key: 'new', valueBytes, condition: absent },
        { key: 'new', valueBytes, condition: absent },
      ),
    ).toMatchObject({ code: 'condition-failed', index: 1 });
    expect(
      await atomic({ key }, { key: 'new', valueBytes }, { key, condition: present }),
    ).toMatchObject({ code: 'condition-failed', index: 2 });
    expect(
      await atomic({ key }, { key, valueBytes, condition: absent }, { key, condition: present }),
    ).toMatchObject({ code: 'full' });
    expect(await child.ask({ do: 'failure' })).toEqual({});
    for (let i = 0; i < stored / 2; i++)
      expect(await child.ask({ do: 'delete', key: `${i}` })).toEqual({});
    expect(await child.ask({ do: 'put', key, value: 'v', condition: present })).toEqual({});
  });
});
