/** Values that `evenkeel load` refuses: which flag, what it got, what it takes. */
import { describe, expect, it } from 'vitest';
import { complaint, run } from './load-command.js';

describe('a wrong value is refused with its flag, what it takes and what was given', () => {
  const time = 'a time from 1ms to 24h, such as 500ms, 1.5s, 30 (seconds), 2m or 1h';
  it.each([
    [['-t0'], "-t/--threads takes a whole number from 1 to 256, got '0'"],
    [['-t', '257'], "-t/--threads takes a whole number from 1 to 256, got '257'"],
    [['-t=4'], "-t/--threads takes a whole number from 1 to 256, got '=4'"],
    [
      ['-c', '17k'],
      "-c/--connections takes a whole number from 1 to 16384, such as 10000 or 10k, got '17k'",
    ],
    [['-R0'], "-R/--rate takes a whole number from 1 to 10000000, such as 10000 or 10k, got '0'"],
    [
      ['-R1.5k'],
      "-R/--rate takes a whole number from 1 to 10000000, such as 10000 or 10k, got '1.5k'",
    ],
    [
      ['-R', '-5'],
      "-R/--rate takes a whole number from 1 to 10000000, such as 10000 or 10k, got '-5'",
    ],
    [
      ['-R11M'],
      "-R/--rate takes a whole number from 1 to 10000000, such as 10000 or 10k, got '11M'",
    ],
    [['-R1x'], "-R/--rate takes a whole number from 1 to 10000000, such as 10000 or 10k, got '1x'"],
    [['-d0'], `-d/--duration takes ${time}, got '0'`],
    [['-d25h'], `-d/--duration takes ${time}, got '25h'`],
    [['-d', '1d'], `-d/--duration takes ${time}, got '1d'`],
    [['-d='], `-d/--duration takes ${time}, got '='`],
    [['--timeout='], `-T/--timeout takes ${time}, got ''`],
    [['--warmup', '-1s'], `--warmup takes ${time.replace('1ms', '0ms')}, got '-1s'`],
    [
      ['--workload', 'post'],
      "--workload takes put, get or mixed:GETS/PUTS of 100, such as mixed:90/10, got 'post'",
    ],
    [
      ['--workload', 'mixed:90/20'],
      "--workload takes put, get or mixed:GETS/PUTS of 100, such as mixed:90/10, got 'mixed:90/20'",
    ],
    [['--keys', 'random'], "--keys takes sequential, uniform or zipfian, got 'random'"],
    [
      ['--key-space', '0'],
      "--key-space takes a whole number from 1 to 1099511627776, such as 10000 or 10k, got '0'",
    ],
    [
      ['--value-bytes', '17MiB'],
      "--value-bytes takes a size from 0B to 16MiB, such as 512KiB or 16MiB, got '17MiB'",
    ],
    [
      ['--slo', 'p99<5'],
      "--slo takes a time with its unit (us, ms or s) after < at character 5, not '5', got 'p99<5'",
    ],
    [['--latency=yes'], "-L/--latency takes no value, got 'yes'"],
    [['-s', '/nowhere/a.lua'], "-s/--script takes a file that exists, got '/nowhere/a.lua'"],
    [['-s', 'wrk'], "-s/--script takes a file, not a folder, got 'wrk'"],
    [
      ['--json', '/nowhere/run.json'],
      "--json takes a file in a folder that exists (/nowhere does not), got '/nowhere/run.json'",
    ],
    [['--hgrm', 'wrk'], "--hgrm takes the name of a file, got 'wrk'"],
    [
      ['--unix-socket', 'package.json'],
      "--unix-socket takes the path of a socket that a server listens on, got 'package.json'",
    ],
  ])('%s', (args, message) => {
    expect(complaint(run(...args))).toBe(message);
  });

  const header =
    "-H/--header takes 'NAME: VALUE' with a colon and a space between, and a name of letters, digits and dashes";
  it.each([
    ['A:1', `${header}, got 'A:…'`],
    ['A', `${header}, got 'A'`],
    ['Authorization:Bearer s3cret', `${header}, got 'Authorization:…'`],
    ['Authorization Bearer s3cret', `${header}, got 'Authorization…'`],
    [': 1', `${header}, got ':…'`],
    ['A B: 1', `${header}, got 'A…'`],
    ['A\r\nB: 1', `${header}, got 'A…'`],
    [
      'A: 1\r\nB: 2',
      "-H/--header takes a header on one line, without control characters, got 'A:…'",
    ],
    ['A: 1\n', "-H/--header takes a header on one line, without control characters, got 'A:…'"],
  ])('header %j', (text, message) => {
    expect(complaint(run('-H', text))).toBe(message);
  });
});

describe('a wrong URL is refused with what was probably meant', () => {
  const takes = 'the URL takes http://HOST[:PORT][/PATH] or https://…';
  it.each([
    ['127.0.0.1:8080', `${takes}, got '127.0.0.1:8080'; did you mean http://127.0.0.1:8080?`],
    ['localhost:8080/a', `${takes}, got 'localhost:8080/a'; did you mean http://localhost:8080/a?`],
    ['ftp://host', `${takes}, got 'ftp://host'`],
    ['http://', `${takes}, got 'http://'`],
    ['http://host:99999', `${takes}, got 'http://host:99999'`],
    ['http://host:0/', `${takes}, got 'http://host:0/': nothing listens on port 0`],
    [
      'http://me:secret@host',
      `${takes}, got 'http://…@host'; give a user and password with -H "Authorization: Basic …"`,
    ],
    ['me:secret@host', `${takes}, got '…@host'; did you mean http://…@host?`],
    ['http://me:sec/ret@host', `${takes}, got 'http://…@host'`],
    [
      'http://me:sec ret@host',
      `${takes}, got 'http://…@host', which has a space or a control character; write %20 for a space`,
    ],
    [
      'host/?access_token=abc&a=b',
      `${takes}, got 'host/?access_token=…&a=b'; did you mean http://host/?access_token=…&a=b?`,
    ],
    [
      'ftp://\u009b31m',
      `${takes}, got 'ftp://\\u009b31m', which has a space or a control character; write %20 for a space`,
    ],
  ])('%j', (given, message) => {
    expect(complaint(['-R1', given])).toBe(message);
  });

  it('and one that is missing with an example', () => {
    expect(complaint(['-R1'])).toBe('the URL is missing; give one such as http://127.0.0.1:8080');
  });
});
