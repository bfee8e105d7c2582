/** From generated code to its source: whichever way the map is found, and what is said if not. */
import { execFileSync } from 'node:child_process';
import { readFile, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readProfile } from '#dist/lab/profile/convert/profile-json.js';
import type { CallFrame } from '#dist/lab/profile/sampling/raw.js';
import { columnOfName } from '#dist/lab/profile/source-map/original-name.js';
import { type SourceMapOptions, sourceMaps } from '#dist/lab/profile/source-map/source-maps.js';
import { temporaryDirectory } from '../../support/directory.js';
import { runCommand } from '../../support/process.js';
import { bundleService } from './bundle.js';
import { profileService } from './busy-service.js';
import { startProgram } from './program.js';

/** The call frame of a function, as V8 gives it: where its parameters begin. */
function frameAt(code: string, file: string, head: string, functionName: string): CallFrame {
  const at = code.indexOf(head);
  expect(at, head).toBeGreaterThanOrEqual(0);
  const before = code.slice(0, at + head.length - 1).split('\n');
  return {
    functionName,
    scriptId: '1',
    url: `file://${file}`,
    lineNumber: before.length - 1,
    columnNumber: before.at(-1)?.length ?? 0,
  };
}

describe('a bundle', () => {
  it.each([true, 'inline', 'hidden'] as const)('with its map %s is read', async (sourcemap) => {
    const { root, file, placeOf } = await bundleService(sourcemap);
    const code = await readFile(file, 'utf8');
    const maps = await sourceMaps();
    const method = maps.original(frameAt(code, file, 'total(', 'total'));
    expect(method.functionName).toBe('total');
    expect(`${method.url}:${method.lineNumber + 1}`).toBe(
      `file://${root}/${await placeOf('src/pricing.ts', 'total(turns')}`,
    );
    expect(maps.notes()).toEqual([]);
  });

  it('gives its functions the names that they had', async () => {
    const { root, file, placeOf } = await bundleService(true);
    const code = await readFile(file, 'utf8');
    const [head = '', name = ''] = /function ([\w$]+)\(\)/.exec(code) ?? [];
    expect(name).not.toBe('handleRequest');
    const maps = await sourceMaps();
    const found = maps.original(frameAt(code, file, head.slice(0, -1), name));
    expect(found.functionName).toBe('handleRequest');
    expect(`${found.url}:${found.lineNumber + 1}`).toBe(
      `file://${root}/${await placeOf('src/server.ts', 'handleRequest(): string')}`,
    );
  });
});

/** One function, `f`, in its first line; the map says it was `g` in line 5 of the source. */
const code = 'function f(){}\n';
const map = (source = '../src/a.ts', more: object = {}) => ({
  version: 3,
  sources: [source],
  names: ['g'],
  mappings: 'AAIA,SAASA',
  ...more,
});

async function generated(text: string, mapText?: string, options: SourceMapOptions = {}) {
  const directory = await temporaryDirectory();
  const file = join(directory, 'a.js');
  await writeFile(file, text);
  if (mapText !== undefined) await writeFile(`${file}.map`, mapText);
  const maps = await sourceMaps(options);
  const found = maps.original(frameAt(code, file, 'f(', 'f'));
  // Asked twice, a reason is told once.
  maps.original(frameAt(code, file, 'f(', 'f'));
  const { functionName, url, lineNumber } = found;
  const place = `${functionName} ${url}:${lineNumber + 1}`.replace(directory, '/d');
  return { place, notes: maps.notes().map((note) => note.replaceAll(directory, '/d')) };
}

const json = JSON.stringify;
const comment = '//# sourceMappingURL=a.js.map';
const dataUrl = (type: string, content: string) => `//# sourceMappingURL=data:${type},${content}`;
const base64 = Buffer.from(json(map())).toString('base64');
const sections = [{ offset: { line: 0, column: 0 }, map: map() }];

describe('a map', () => {
  it.each([
    ['named by a comment', `${code}${comment}\n`, json(map())],
    ['named by an old comment', `${code}//@ sourceMappingURL=a.js.map`, json(map())],
    ['with more comments behind', `${code}${comment}\n//# debugId=1\n\n`, json(map())],
    ['beside the file', code, json(map())],
    ['in base64', code + dataUrl('application/json;charset=utf-8;base64', base64), undefined],
    [
      'percent-encoded',
      code + dataUrl('application/json', encodeURIComponent(json(map()))),
      undefined,
    ],
    ['in sections', `${code}${comment}`, json({ version: 3, sections })],
    ['with a guard', `${code}${comment}`, `)]}'\n${json(map())}`],
    [
      'after a string that looks like a comment',
      `${code}x="//# sourceMappingURL=no.map"\n${comment}`,
      json(map()),
    ],
  ])('%s is read', async (_, text, mapText) => {
    const { place, notes } = await generated(text, mapText);
    expect(place).toMatch(/^g file:\/\/.*src\/a\.ts:5$/);
    expect(notes).toEqual([]);
  });

  it.each([
    ['webpack://app/./src/a.ts', 'src/a.ts'],
    ['webpack:///./src/a.ts?1f2e', 'src/a.ts'],
    ['webpack://app/./node_modules/b/c.js', 'node_modules/b/c.js'],
    ['turbopack:///[project]/src/a.ts', '[project]/src/a.ts'],
    ['https://example.com/a.ts', 'https://example.com/a.ts'],
  ])('of a bundler names %s %s', async (source, file) => {
    const { place } = await generated(`${code}${comment}`, json(map(source)));
    expect(decodeURI(place)).toBe(`g ${file}:5`);
  });

  it.each([
    ['missing', comment, undefined, /its source map a\.js\.map is missing/],
    ['elsewhere', '//# sourceMappingURL=https://a/b.map', undefined, /https:.* is not a file/],
    ['no JSON', comment, '{', /can't be read: .*JSON/],
    ['of another version', comment, json({ ...map(), version: 2 }), /its version is not 3/],
    ['without a list', comment, json({ ...map(), mappings: 3 }), /can't be read/],
    ['of another file', comment, json({ ...map(), mappings: '' }), /knows none of its functions/],
    ['too large', comment, json(map('a'.repeat(2000))), /at most 1000 are read/],
  ])('%s is noted once, and the frames stay', async (_, line, mapText, note) => {
    const { place, notes } = await generated(`${code}${line}`, mapText, { maxFileBytes: 1000 });
    expect(place).toBe('f file:///d/a.js:1');
    expect(notes).toEqual([expect.stringMatching(note)]);
    expect(notes[0]).toMatch(/^lines of \/d\/a\.js are as generated: /);
  });

  it('is not read beyond a bound over all, nor from what is not a file', async () => {
    const bounded = await generated(`${code}${comment}`, json(map()), { maxBytes: 100 });
    expect(bounded.notes).toEqual([expect.stringContaining('more than 100 bytes')]);
    const file = join(await temporaryDirectory(), 'a.js');
    execFileSync('mkfifo', [file]);
    const maps = await sourceMaps();
    expect(maps.original(frameAt(code, file, 'f(', 'f')).url).toBe(`file://${file}`);
  });

  it('that is newer than the process is used, and doubted', async () => {
    const startedMs = Date.now() - 60_000;
    const { place, notes } = await generated(`${code}${comment}`, json(map()), { startedMs });
    expect(place).toMatch(/src\/a\.ts:5$/);
    expect(notes).toEqual([
      expect.stringMatching(/may be wrong: .* after the process had started/),
    ]);
  });

  it('that is older is not', async () => {
    const directory = await temporaryDirectory();
    const file = join(directory, 'a.js');
    await writeFile(file, code);
    await writeFile(`${file}.map`, json(map()));
    await utimes(file, 1, 1);
    await utimes(`${file}.map`, 1, 1);
    const maps = await sourceMaps({ startedMs: 1_700_000_000_000 });
    maps.original(frameAt(code, file, 'f(', 'f'));
    expect(maps.notes()).toEqual([]);
  });
});

describe('the name of a function', () => {
  it.each([
    ['function put', 'put', 9],
    ['  async put', 'put', 8],
    ['const a=', 'a', 6],
    ['let b = async ', 'b', 4],
    ['x={key: function*', 'key', 3],
    ['class A{#size', '#size', 8],
    ['x.handler=async function', 'exports.handler', 2],
    ['output', 'put', undefined],
    ['function other', 'put', undefined],
    ['put(function', 'put', undefined],
    ['e=>', '', undefined],
  ])('in front of its parameters, %s, is found for %s', (before, name, column) => {
    expect(columnOfName(before, name)).toBe(column);
  });
});

it('a bundled TypeScript service is profiled to the lines of its sources', async () => {
  const { file, placeOf } = await bundleService(true);
  const { code, stderr, files } = await profileService(file, ['json']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const [json = ''] = files;
  const { stacks } = readProfile(await readFile(json, 'utf8'), json);
  const places = new Set(
    stacks.flatMap(({ frames }) => frames.map(({ name, file, line }) => `${name} ${file}:${line}`)),
  );
  expect(places).toContain(`total ${await placeOf('src/pricing.ts', 'total(turns')}`);
  expect(places).toContain(`discountFor ${await placeOf('src/pricing.ts', 'discountFor =')}`);
  expect(places).toContain(
    `handleRequest ${await placeOf('src/server.ts', 'handleRequest(): string')}`,
  );
});

it('a program that a loader translates in memory is too', async () => {
  const { pid } = await startProgram('translates.mjs');
  const json = join(await temporaryDirectory(), 'cpu.json');
  const args = ['profile', 'cpu', '--pid', `${pid}`, '--seconds', '1', '-o', json];
  expect(await runCommand(args)).toMatchObject({ code: 0, stderr: '' });
  const { stacks } = readProfile(await readFile(json, 'utf8'), json);
  const frames = stacks.flatMap((stack) => stack.frames);
  expect(frames.find(({ name }) => name === 'worksHere')).toMatchObject({
    file: 'test/lab/profile/programs/translated.ts',
    line: 3,
  });
});
