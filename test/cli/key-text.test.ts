/** Keys and file names in a command line that is printed: a shell passes them on as they are. */
import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { keyFromText, shellWord, textOfKey } from '#dist/cli/data/key-text.js';

const passed = (word: string) =>
  execFileSync('/bin/sh', ['-c', `printf %s ${word}`], { encoding: 'utf8' });

test.each(['a', '~', '~root', '-n', '=ls', 'a=b', '%', 'a b', '\xff\n', "it's"])(
  'the key %j comes back',
  (key) => {
    const bytes = Buffer.from(key, 'latin1');
    const text = textOfKey(bytes);
    expect(keyFromText(text)).toEqual(bytes);
    expect(text).toMatch(/^[A-Za-z0-9._:/@,%][A-Za-z0-9._:/@,%-]*$/);
    expect(passed(text)).toBe(text);
  },
);

test.each(['a', '-', '~/x', 'a b', "it's", '$HOME', 'a\nb', '*', 'http://[::1]:8080', 'x.ndjson'])(
  'the word %j comes back',
  (word) => {
    expect(passed(shellWord(word))).toBe(word);
  },
);

test('a file whose name looks like a flag is named by its path', () => {
  expect(shellWord('-x')).toBe('./-x');
});
