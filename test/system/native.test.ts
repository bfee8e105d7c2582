/**
 * `evenkeel profile cpu --native`: real perf, on programs whose split between JavaScript, native
 * code and the kernel is known.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { readProfile } from '#dist/lab/profile/convert/profile-json.js';
import type { Profile } from '#dist/lab/profile/profile.js';
import { shareOf, startProgram, total } from '../lab/profile/program.js';
import { put } from '../support/command.js';
import { temporaryDirectory } from '../support/directory.js';
import { runCommand, startCommand } from '../support/process.js';
import { requireMachine } from '../support/requirements.js';

beforeAll(() => requireMachine({ programs: ['perf'], root: true }));

/** A program has to be started with these for its functions to have names. */
const naming = ['--perf-basic-prof-only-functions', '--interpreted-frames-native-stack'];

async function sampled(
  pid: number,
  seconds: number,
): Promise<{ profile: Profile; stderr: string }> {
  const json = join(await temporaryDirectory(), 'native.json');
  const { code, stderr } = await runCommand([
    ...['profile', 'cpu', '--native', '--pid', `${pid}`, '--seconds', `${seconds}`, '-o', json],
  ]);
  expect(code, stderr).toBe(0);
  return { profile: readProfile(await readFile(json, 'utf8'), json), stderr };
}

const inside = (profile: Profile, ...names: string[]) =>
  total({
    stacks: profile.stacks.filter(({ frames }) =>
      names.every((name) => frames.some((frame) => frame.name === name)),
    ),
  });

describe('a program that works 50/30/20 in JavaScript, in native code and in the kernel', () => {
  it('is sampled so within 5 points, native and kernel frames under its functions', async () => {
    const { pid } = await startProgram('native-split.mjs', () => naming);
    const { profile, stderr } = await sampled(pid, 10);
    expect(stderr).toBe('');
    const parts = { inJavaScript: 50, inNativeCode: 30, inKernel: 20 };
    const sum = Object.keys(parts).reduce((all, name) => all + inside(profile, name), 0);
    for (const [name, percent] of Object.entries(parts)) {
      const share = (100 * inside(profile, name)) / sum;
      expect(Math.abs(share - percent), `${name} has ${share.toFixed(1)} %`).toBeLessThan(5);
    }
    // Samples that are not below the three are the turn's own, the other threads', and stacks that
    // perf could not follow to their beginning.
    expect(sum / total(profile)).toBeGreaterThan(0.7);

    const reading = profile.stacks.filter(({ frames }) =>
      frames.some(({ name }) => name === 'inKernel'),
    );
    expect(shareOf({ ...profile, stacks: reading }, 'vfs_read')).toBeGreaterThan(85);
    const frames = profile.stacks.flatMap(({ frames }) => frames);
    expect(frames.find(({ name }) => name === 'vfs_read')).toMatchObject({
      kind: 'native',
      file: '[kernel]',
    });
    expect(frames.find(({ name }) => name === 'inJavaScript')).toEqual({
      name: 'inJavaScript',
      kind: 'application',
      file: expect.stringMatching(/programs\/native-split\.mjs$/),
      line: 16,
    });
    // The pool's thread works in OpenSSL between the turns.
    expect(inside(profile, "libuv's thread pool", 'PKCS5_PBKDF2_HMAC')).toBeGreaterThan(0);
  });

  it('has its native frames without the flag for names, and that is said', async () => {
    const { pid } = await startProgram('native-split.mjs', () => []);
    const { profile, stderr } = await sampled(pid, 2);
    expect(stderr).toMatch(
      /^evenkeel: note: JavaScript has no names, .*NODE_OPTIONS='--perf-basic-prof.*\n$/,
    );
    expect(shareOf(profile, '(compiled code)')).toBeGreaterThan(50);
    expect(shareOf(profile, 'vfs_read')).toBeGreaterThan(5);
    expect(shareOf(profile, 'inJavaScript')).toBe(0);
  });
});

describe('a server', () => {
  it('is found over its admin port, and shows its checkpoint thread down to the disk', async () => {
    const directory = await temporaryDirectory();
    const named = ['env', `NODE_OPTIONS=${naming.join(' ')}`, process.execPath];
    const flags = ['--port', '0', '--admin-port', '0', '--json', '--data', join(directory, 'data')];
    const [line] = await startCommand(['serve', ...flags], named).untilPrinted(/^.+\n/);
    const { url, adminUrl } = JSON.parse(line) as { url: string; adminUrl: string };
    const svg = join(directory, 'native.svg');
    const json = join(directory, 'native.json');
    const sampling = runCommand([
      ...['profile', 'cpu', '--native', '--url', adminUrl, '--seconds', '8', '-o', json, '-o', svg],
    ]);
    let over = false;
    const ended = sampling.finally(() => {
      over = true;
    });
    for (let key = 0; !over; key++) await put(url, `key${key}`, 'value');
    expect(await ended).toMatchObject({ code: 0, stderr: '' });
    const profile = readProfile(await readFile(json, 'utf8'), json);
    expect(inside(profile, 'worker threads', 'mdb_txn_commit', 'do_fsync')).toBeGreaterThan(0);
    expect(inside(profile, 'worker threads', '#take')).toBe(0);
    expect(inside(profile, '#take')).toBeGreaterThan(0);
    expect(await readFile(svg, 'utf8')).toContain('mdb_txn_commit');
  });
});

describe('perf', () => {
  it('that is missing is asked for in one line, with exit code 1', async () => {
    const { pid } = await startProgram('counts.mjs');
    const args = ['profile', 'cpu', '--native', '--pid', `${pid}`];
    const command = startCommand(args, ['env', 'PATH=/nonexistent', process.execPath]);
    expect(await command.ended).toEqual({ code: 1, signal: null });
    expect(command.stderr()).toMatch(/^evenkeel: perf is not on this machine; install it .*\n$/);
  });

  it('is ended by Ctrl-C: what there is is written, and no temporary file stays', async () => {
    const { pid } = await startProgram('native-split.mjs', () => naming);
    const directory = await temporaryDirectory();
    const json = join(directory, 'native.json');
    const args = ['profile', 'cpu', '--native', '--pid', `${pid}`, '--seconds', '600', '-o', json];
    const command = startCommand(args, ['env', `TMPDIR=${directory}`, process.execPath]);
    await new Promise((resolve) => setTimeout(resolve, 4000));
    command.child.kill('SIGINT');
    expect(await command.ended).toEqual({ code: 130, signal: null });
    const profile = readProfile(await readFile(json, 'utf8'), json);
    expect(profile.durationUs).toBeLessThan(60e6);
    expect(shareOf(profile, 'inJavaScript')).toBeGreaterThan(20);
    expect(await readdir(directory)).toEqual(['native.json']);
  });
});
