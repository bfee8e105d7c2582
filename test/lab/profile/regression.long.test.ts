/**
 * A known regression between two builds of a program: the same source but for one function, in two
 * directories, run as processes, sampled at the same time so that a busy machine meets both, and
 * compared by the command. Both are sampled for the same number of units of work, however long they
 * take, and what they spend is told per unit.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { attachTo } from '#dist/lab/profile/attach/attach.js';
import { profileToJson, readProfile } from '#dist/lab/profile/convert/profile-json.js';
import { profileOf } from '#dist/lab/profile/convert/profile-of.js';
import { diffProfiles } from '#dist/lab/profile/diff/diff.js';
import { type TopChange, topChanges } from '#dist/lab/profile/diff/top-changes.js';
import type { Profile } from '#dist/lab/profile/profile.js';
import { callInThread } from '#dist/lab/profile/sampling/inspector-connection.js';
import { sampleKind } from '#dist/lab/profile/sampling/sample.js';
import { temporaryDirectory } from '../../support/directory.js';
import { runCommand, until } from '../../support/process.js';
import { startProgram } from './program.js';
import { elements, parseXml } from './xml.js';

/** Enough for the sampling error of what is compared to be some 5 %: see diff.ts. */
const unitsSampled = 1000;

/** A program's own account. */
interface Account {
  readonly units: number;
  /** µs of CPU: of the function hash, and of the process. */
  readonly hashUs: number;
  readonly cpuUs: number;
}

interface Build {
  readonly hashTurns: number;
  readonly itemsParsed: number;
}

const good: Build = { hashTurns: 250_000, itemsParsed: 30 };
const items = { each: 200, bytesEach: 8 };

const source = ({ hashTurns, itemsParsed }: Build, firstLine: string) => `${firstLine}
let kept;
function parse(count) {
  for (let i = 0; i < count; i++) kept = new Array(${items.each});
}
function hash(turns) {
  let x = 0;
  for (let i = 0; i < turns; i++) x = (x * 31 + i) | 0;
  return x;
}
function store(turns) {
  let x = 0;
  for (let i = 0; i < turns; i++) x = (x * 31 + i) | 0;
  return x;
}
let units = 0;
let hashUs = 0;
const total = ({ user, system }) => user + system;
setInterval(() => {
  parse(${itemsParsed});
  const before = process.cpuUsage();
  hash(${hashTurns});
  hashUs += total(process.cpuUsage(before));
  store(50_000);
  units++;
}, 2);
globalThis.account = () => ({ units, hashUs, cpuUs: total(process.cpuUsage()) });
console.log('ready');
`;

interface Taken {
  readonly profile: Profile;
  /** µs of CPU a unit, by the program's own account. */
  readonly hashUs: number;
}

async function profiled(kind: 'cpu' | 'alloc', directory: string, text: string): Promise<Taken> {
  await mkdir(directory);
  await writeFile(join(directory, 'package.json'), '{ "type": "module" }');
  await writeFile(join(directory, 'program.js'), text);
  const { pid } = await startProgram(join(directory, 'program.js'));
  const { connection, detach } = await attachTo(pid);
  const account = () =>
    callInThread(connection, () => (globalThis as unknown as { account(): Account }).account());
  try {
    const before = await account();
    const enough = new AbortController();
    const sampling = sampleKind(kind, connection, { seconds: 100, signal: enough.signal });
    const isDone = async () => (await account()).units >= before.units + unitsSampled;
    await until('its units are done', isDone, { timeoutMs: 100_000, everyMs: 200 });
    enough.abort();
    const recording = await sampling;
    const after = await account();
    const units = after.units - before.units;
    // How many were done within the window, which begins a second later, goes by the CPU time of
    // it.
    const { user = 0, system = 0 } = recording.metrics?.processCpuUs ?? {};
    const requests = Math.round((units * (user + system)) / (after.cpuUs - before.cpuUs));
    return {
      profile: profileOf(recording, requests),
      hashUs: (after.hashUs - before.hashUs) / units,
    };
  } finally {
    await detach();
  }
}

/** Both builds, from their files to what the command draws of them. */
async function compared(kind: 'cpu' | 'alloc', regressed: Build) {
  const directory = await temporaryDirectory();
  const [before, after] = await Promise.all([
    profiled(kind, join(directory, 'before'), source(good, '')),
    // Between builds lines move.
    profiled(kind, join(directory, 'after'), source(regressed, '// a new\n// comment')),
  ]);
  const files = { before: join(directory, 'before.json'), after: join(directory, 'after.json') };
  await writeFile(files.before, profileToJson(before.profile));
  await writeFile(files.after, profileToJson(after.profile));
  const svg = join(directory, 'diff.svg');
  const { code, stderr } = await runCommand([
    'profile',
    'diff',
    files.before,
    files.after,
    '-o',
    svg,
  ]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const read = async (file: string) => readProfile(await readFile(file, 'utf8'), file);
  const [top] = topChanges(diffProfiles(await read(files.before), await read(files.after)));
  return {
    top: top as TopChange,
    knownUs: after.hashUs - before.hashUs,
    svg: await readFile(svg, 'utf8'),
  };
}

/**
 * The frames of the picture in its strongest red: what grew by half of the largest growth or more.
 */
function reddest(svg: string): string[] {
  return elements(parseXml(svg), 'g')
    .filter(({ attributes }) => attributes.class === 'g3')
    .map(({ children }) => children.find(({ name }) => name === 'title')?.text ?? '');
}

it('a function that takes thrice the CPU time tops the differential, and by how much is told', {
  timeout: 120_000,
}, async () => {
  const { top, knownUs, svg } = await compared('cpu', { ...good, hashTurns: 3 * good.hashTurns });
  expect(top).toMatchObject({ frame: { name: 'hash', file: 'program.js' }, noise: false });
  expect(top.delta / knownUs, `${top.delta} µs of ${knownUs} µs a unit`).toBeGreaterThan(0.75);
  expect(top.delta / knownUs, `${top.delta} µs of ${knownUs} µs a unit`).toBeLessThan(1.25);
  expect(reddest(svg)).toContainEqual(expect.stringContaining('hash'));
  expect(reddest(svg)).not.toContainEqual(expect.stringMatching(/store|parse/));
});

it('a function that allocates thrice the bytes tops the differential, and by how much is told', {
  timeout: 120_000,
}, async () => {
  const { top, svg } = await compared('alloc', { ...good, itemsParsed: 3 * good.itemsParsed });
  expect(top).toMatchObject({ frame: { name: 'parse', file: 'program.js' }, noise: false });
  // An array is its elements and 48 bytes of headers.
  const known = 2 * good.itemsParsed * (items.each * items.bytesEach + 48);
  expect(top.delta / known, `${top.delta} of ${known} bytes a unit`).toBeGreaterThan(0.9);
  expect(top.delta / known, `${top.delta} of ${known} bytes a unit`).toBeLessThan(1.1);
  expect(reddest(svg)).toContainEqual(expect.stringContaining('parse'));
  expect(reddest(svg)).not.toContainEqual(expect.stringMatching(/store|hash/));
});
