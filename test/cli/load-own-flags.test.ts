/** The flags that `evenkeel load` has beyond those of wrk2. */
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parseLoad } from '#dist/cli/load/options-from-flags.js';
import { temporaryFolder } from '../support/folder.js';
import { optionsOf, parse, url } from './load-command.js';

describe('our own flags', () => {
  const work = (...args: string[]) => optionsOf('-R1', ...args, url).work;

  it('describe a workload, with defaults', () => {
    const defaults = {
      kind: 'workload',
      keys: 'sequential',
      keySpace: 1_000_000,
      valueBytes: 100,
      seed: 1,
    };
    expect(work('--workload', 'put')).toEqual({ ...defaults, putShare: 1 });
    expect(work('--workload', 'get')).toEqual({ ...defaults, putShare: 0 });
    expect(work('--workload=mixed:90/10')).toEqual({ ...defaults, putShare: 0.1 });
    const all =
      '--workload mixed:0/100 --keys zipfian --key-space 5k --value-bytes 4KiB --seed 7'.split(' ');
    expect(work(...all)).toEqual({
      kind: 'workload',
      putShare: 1,
      keys: 'zipfian',
      keySpace: 5000,
      valueBytes: 4096,
      seed: 7,
    });
  });

  it('name files, which may be there already, and a socket, which must be', async () => {
    const folder = await temporaryFolder();
    const json = join(folder, 'run.json');
    await writeFile(json, 'old');
    const socket = join(folder, 'socket');
    const server = createServer().listen(socket);
    onTestFinished(() => {
      server.close();
    });
    await new Promise((resolve) => server.once('listening', resolve));
    const hgrm = join(folder, 'run.hgrm');
    const command = parse(
      '-R1',
      '--json',
      json,
      '--hgrm',
      hgrm,
      '--unix-socket',
      socket,
      '-k',
      url,
    );
    expect(command).toMatchObject({ json, hgrm, options: { unixSocket: socket, insecure: true } });
    expect(parse('-R1', '--json', '-', url).json).toBe('-');
  });

  it('search from 1000/s unless a rate is given', () => {
    const search = ['--find-max', '--slo', 'p99<5ms', url];
    expect(parse(...search)).toMatchObject({ findMax: true, options: { rate: 1000 } });
    expect(parse(...search, '-R20k').options.rate).toBe(20_000);
    expect(parse(...search).slo.map(({ text }) => text)).toEqual(['p99<5ms']);
  });

  it('ask for slow requests by a time with its unit', () => {
    expect(optionsOf('-R1', '--slow', '20ms', url).slowMs).toBe(20);
    expect(optionsOf('-R1', '--slow=500us', url).slowMs).toBe(0.5);
    expect(optionsOf('-R1', url)).not.toHaveProperty('slowMs');
    expect(() => parse('-R1', '--slow', '20', url)).toThrow(
      'a time with its unit, such as 50us or 0.05ms',
    );
  });

  it('let an invalid run pass', () => {
    expect(parse('-R1', '--allow-invalid', url).allowInvalid).toBe(true);
  });
});

describe('help and version', () => {
  it.each([
    ['-h', 'help'],
    ['--help', 'help'],
    ['-Lh', 'help'],
    ['-v', 'version'],
    ['--version', 'version'],
  ])('are asked for by %s without a URL', (flag, expected) => {
    expect(parseLoad([flag])).toBe(expected);
  });
});
