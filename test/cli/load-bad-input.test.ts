/**
 * What is wrong with a command line is said by the real command in one line, with the exit code that belongs to it, before a connection
 * opens. Each rule by itself is in load-refusals.test.ts and load-conflicts.test.ts.
 */
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { expectOneLine } from '../support/command.js';
import { temporaryFolder } from '../support/folder.js';
import { load } from '../support/load.js';
import { runCommand } from '../support/process.js';
import { startRecording } from '../support/recording-service.js';

/** The one line on standard error that is not the hint at the help. */
function complaintOf({
  code,
  stdout,
  stderr,
}: {
  code: number | null;
  stdout: string;
  stderr: string;
}): string {
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  const [line = '', ...rest] = stderr.split('\n');
  expect(rest).toEqual([expect.stringMatching(/^Try 'evenkeel (load|compare) --help'\.$/), '']);
  return `${line}\n`;
}

describe('a wrong command line is refused with exit code 2, and nothing is sent', () => {
  it.each([
    { what: 'an unknown flag', args: ['--rats', '10'], parts: ['--rats'] },
    { what: 'a rate that is none', args: ['-R', 'fast'], parts: ['-R/--rate', "got 'fast'"] },
    { what: 'no rate', args: ['-t2'], parts: ['-R/--rate is missing', '-R 10000'] },
    {
      what: 'a duration that is none',
      args: ['-R10', '-d', 'long'],
      parts: ['-d/--duration', "got 'long'"],
    },
    {
      what: 'a script that is not there',
      args: ['-R10', '-s', 'no/such.lua'],
      parts: ['-s/--script', "got 'no/such.lua'"],
    },
    {
      what: 'a folder as a script',
      args: ['-R10', '-s', '.'],
      parts: ['-s/--script', 'not a folder', "got '.'"],
    },
    {
      what: 'an objective that is none',
      args: ['-R10', '--slo', 'p99<fast'],
      parts: ['--slo', 'p99<fast'],
    },
    {
      what: 'a workload that is none',
      args: ['-R10', '--workload', 'mixed:90/20'],
      parts: ['--workload', "got 'mixed:90/20'"],
    },
    {
      what: 'a header that is none',
      args: ['-R10', '-H', 'nothing'],
      parts: ['-H/--header', "got 'nothing'"],
    },
    {
      what: 'a file in no folder',
      args: ['-R10', '--json', '/no/such/run.json'],
      parts: ['--json', '/no/such'],
    },
  ])('$what', async ({ args, parts }) => {
    const { url, connections } = await startRecording();
    expectOneLine(complaintOf(await load(...args, url)), ...parts);
    expect(connections()).toBe(0);
  });

  it('a URL without its scheme, of which it says what was meant', async () => {
    const { port, connections } = await startRecording();
    const host = `127.0.0.1:${port}`;
    expectOneLine(
      complaintOf(await load('-R10', host)),
      `got '${host}'`,
      `did you mean http://${host}?`,
    );
    expect(connections()).toBe(0);
  });

  it('no URL at all', async () => {
    expectOneLine(complaintOf(await load('-R10')), 'the URL is missing');
  });
});

describe('a target that is not there ends the command with one line and exit code 1', () => {
  async function refused(url: string): Promise<string> {
    const { code, stdout, stderr } = await load('-t2', '-c4', '-d30s', '-R100', url);
    expect(code).toBe(1);
    expect(stdout).not.toContain('Requests/sec');
    return stderr;
  }

  it('a port on which nothing listens', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, 'close');
    expectOneLine(await refused(`http://127.0.0.1:${port}/`), `ECONNREFUSED 127.0.0.1:${port}`);
  });

  it('a host that has no address', async () => {
    expectOneLine(
      await refused('http://no-such-host.invalid/'),
      "can't find the host no-such-host.invalid",
    );
  });

  it('a service that does not speak TLS', async () => {
    const { port } = await startRecording();
    expectOneLine(
      await refused(`https://127.0.0.1:${port}/`),
      `can't connect to 127.0.0.1:${port}: no TLS: wrong version number`,
    );
  });
});

describe('compare refuses', () => {
  it('what is no record, with file and fault', async () => {
    const folder = await temporaryFolder();
    const [text, other] = [join(folder, 'text.json'), join(folder, 'other.json')];
    await writeFile(text, 'Running 1m test\n');
    await writeFile(other, '{"name":"something else"}');
    expectOneLine(
      complaintOf(await runCommand(['compare', text, other])),
      `${text}: it is not JSON`,
    );
    expectOneLine(
      complaintOf(await runCommand(['compare', other, other])),
      `${other}: it is no record of a load run`,
    );
  });

  it('one file, and files that are not there', async () => {
    expectOneLine(
      complaintOf(await runCommand(['compare', 'a.json'])),
      'BEFORE.json and AFTER.json, got 1',
    );
    expectOneLine(
      complaintOf(await runCommand(['compare', 'no.json', 'no.json'])),
      "got 'no.json'",
    );
  });
});
