/** The settings of `evenkeel serve`: where each may come from, and how a wrong one is refused. */
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { textsOf } from '#dist/cli/args/flags.js';
import { defaultLimits, makeLimits } from '#dist/config/limits.js';
import { readSettings, unknownVariables } from '#dist/config/read-settings.js';
import { keyOf, settings, variableOf } from '#dist/config/settings.js';
import { temporaryDirectory } from '../support/directory.js';

const MiB = 1024 * 1024;
const read = (args: readonly string[], env: Record<string, string> = {}) =>
  readSettings(textsOf(settings, args), env);

async function configFile(content: unknown): Promise<string> {
  const file = join(await temporaryDirectory(), 'evenkeel.json');
  await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
}

describe('a setting', () => {
  it('has a default', () => {
    expect(read([])).toEqual({
      port: 8080,
      host: '127.0.0.1',
      data: 'data',
      lanes: 'both',
      'admin-port': undefined,
      config: undefined,
      insecure: false,
      json: false,
      allowHosts: [],
      cors: [],
      limits: defaultLimits,
    });
  });

  it('comes from its flag, else its variable, else the file', async () => {
    const config = await configFile({ port: 1, host: '::1', data: 'file', adminPort: 2 });
    const env = { EVENKEEL_CONFIG: config, EVENKEEL_PORT: '3', EVENKEEL_HOST: 'a', PORT: '4' };
    expect(read(['--port', '5', '--json'], env)).toMatchObject({
      port: 5,
      host: 'a',
      data: 'file',
      'admin-port': 2,
    });
    const other = await configFile({ data: 'other' });
    expect(read(['--config', other], env)).toMatchObject({ port: 3, data: 'other' });
  });

  it('of the store takes the place of the directory; one flag wins over the other variable', () => {
    const store = 'cassandra://a/evenkeel';
    expect(read(['--store', store])).toMatchObject({ store, data: undefined });
    const env = { EVENKEEL_STORE: store };
    expect(read(['--data', 'd'], env)).toMatchObject({ store: undefined, data: 'd' });
    expect(read(['--store', store], { EVENKEEL_DATA: 'd' })).toMatchObject({ data: undefined });
    const both = () => read(['--store', store, '--data', 'd']);
    expect(both).toThrow(`--store and --data are both given: ${store} and d; give one`);
    expect(() => read(['--store', 'd'])).toThrow(/--store takes a URL such as cassandra:.*got 'd'/);
  });

  it('of the admin port is turned off by a flag, whatever stands in the file', async () => {
    const config = await configFile({ adminPort: 2 });
    expect(read(['--admin-port', 'off', '--config', config])['admin-port']).toBe(undefined);
    const off = await configFile({ adminPort: 'off' });
    expect(read(['--config', off])['admin-port']).toBe(undefined);
  });

  it('is not set by an empty variable', () => {
    expect(read([], { EVENKEEL_PORT: '', EVENKEEL_CONFIG: '' }).port).toBe(8080);
  });

  it('may be misspelt in a variable, and others may have variables like ours', () => {
    const ofKubernetes = {
      EVENKEEL_SERVICE_HOST: '10.0.0.1',
      EVENKEEL_SERVICE_PORT_HTTP: '80',
      EVENKEEL_PORT_80_TCP: 'tcp://10.0.0.1:80',
      EVENKEEL_PORT_80_TCP_ADDR: '10.0.0.1',
      EVENKEEL_WEB_PORT: 'tcp://10.0.0.2:80',
    };
    const right = { EVENKEEL_PORT: '1', EVENKEEL_MAX_VALUE: '1', EVENKEEL_TEST_LANES: 'full' };
    const wrong = { EVENKEEL_PROT: '1', EVENKEEL_MAXVALUE: '1', EVENKEEL_WEB_PORT: '8080' };
    expect(unknownVariables({ PATH: '/bin', ...right, ...ofKubernetes })).toEqual([]);
    expect(unknownVariables({ ...right, ...wrong })).toEqual(Object.keys(wrong));
  });

  it('of a size is a number of bytes or text with a unit in the file', async () => {
    const limitsIn = async (content: object) =>
      read(['--config', await configFile(content)]).limits;
    expect((await limitsIn({ maxValue: 4096 })).maxValueBytes).toBe(4096);
    expect((await limitsIn({ maxValue: '1MiB' })).maxValueBytes).toBe(MiB);
    expect((await limitsIn({ cache: 0 })).cacheBytes).toBe(0);
  });

  it('of several names is repeated, a list with commas, or an array in the file', async () => {
    const both = ['a.example', 'b.example'];
    expect(read(['--allow-host', 'a.example', '--allow-host=b.example']).allowHosts).toEqual(both);
    expect(read(['--allow-host', 'a.example, b.example']).allowHosts).toEqual(both);
    expect(read([], { EVENKEEL_ALLOW_HOST: 'a.example,b.example' }).allowHosts).toEqual(both);
    for (const allowHost of ['a.example,b.example', both])
      expect(read(['--config', await configFile({ allowHost })]).allowHosts).toEqual(both);
    const origins = ['https://a.example', 'http://[::1]:3000', 'capacitor://localhost'];
    expect(read([], { EVENKEEL_CORS: origins.join() }).cors).toEqual(origins);
    expect(read(['--config', await configFile({ cors: origins })]).cors).toEqual(origins);
  });

  it('of a switch is its flag, or true or false in a variable and in the file', async () => {
    expect(read(['--insecure', '--json'])).toMatchObject({ insecure: true, json: true });
    const on = await configFile({ insecure: true, json: true });
    expect(read(['--config', on])).toMatchObject({ insecure: true, json: true });
    const off = { EVENKEEL_INSECURE: 'false', EVENKEEL_JSON: 'true' };
    expect(read(['--config', on], off)).toMatchObject({ insecure: false, json: true });
  });

  it('of a limit comes from flag, else variable, else file, each limit by itself', async () => {
    const config = await configFile({ limits: { drainMs: 1, lingerMs: 1, keepAliveMs: 1 } });
    const env = { EVENKEEL_LIMITS: 'drainMs=2, lingerMs=2' };
    const { limits } = read(['--limits', 'drainMs=3', '--limits=maxQueuedReads=3'], env);
    expect(limits).toEqual(makeLimits({ drainMs: 3, lingerMs: 2, maxQueuedReads: 3 }));
    expect(read(['--limits=drainMs=3', '--config', config], env).limits).toEqual(
      makeLimits({ drainMs: 3, lingerMs: 2, keepAliveMs: 1 }),
    );
  });

  it('may be a limit in the file, and the other limits keep to it', async () => {
    const limits = { maxConnections: 7, drainMs: 9 };
    const config = await configFile({ maxValue: '64MiB', limits });
    expect(read(['--config', config]).limits).toEqual(
      makeLimits({ ...limits, maxValueBytes: 64 * MiB }),
    );
  });

  it('has its flag, its variable and its key in docs/configuration.md', () => {
    const text = readFileSync(new URL('../../docs/configuration.md', import.meta.url), 'utf8');
    for (const [name, row] of Object.entries(settings)) {
      const flag = 'value' in row ? `${name} ${row.value}` : name;
      const key = name === 'config' ? '' : `\`${keyOf(name)}\``;
      expect(text).toContain(`| \`--${flag}\` | \`${variableOf(name)}\` | ${key} |`);
    }
  });
});

describe('a wrong value is refused with where it stands, what it takes and what it is', () => {
  const port = 'a whole number from 0 to 65535';
  const size = 'a size from 1B to 256MiB, such as 512KiB or 16MiB';
  it.each([
    ...['', 'a b', 'a,', 'a:80', 'http://a', '*.a'].map((name): [string[], string] => [
      ['--allow-host', name],
      `--allow-host takes host names without a port, separated by commas, got '${name}'`,
    ]),
    ...['', '*', 'null', 'a.example', 'https://a.example/', 'http://a.example:80'].map(
      (origin): [string[], string] => [
        ['--cors', origin],
        '--cors takes origins as a browser sends them, such as https://app.example or ' +
          `http://localhost:3000, separated by commas, got '${origin}'`,
      ],
    ),
    [['--port', '65536'], `--port takes ${port}, got '65536'`],
    [['--port='], `--port takes ${port}, got ''`],
    [['--port', '-1'], `--port takes ${port}, got '-1'`],
    [['--port', '80.5'], `--port takes ${port}, got '80.5'`],
    [['--port', '0x50'], `--port takes ${port}, got '0x50'`],
    [['--max-value', '0'], `--max-value takes ${size}, got '0'`],
    [['--max-value', '257MiB'], `--max-value takes ${size}, got '257MiB'`],
    [['--max-value', 'big'], `--max-value takes ${size}, got 'big'`],
    [
      ['--cache', '2GiB'],
      "--cache takes a size from 0B to 1GiB, such as 512KiB or 16MiB, got '2GiB'",
    ],
    [['--lanes', 'fast'], "--lanes takes both or full, got 'fast'"],
    [['--host='], "--host takes an address such as 127.0.0.1 or ::1, got ''"],
    [['--port=81', '--admin-port=81'], '--port and --admin-port are both 81; give two ports'],
    [['--data='], "--data takes a directory, got ''"],
    [['--config='], "--config takes a file, got ''"],
    [
      ['--limits', 'drainMs'],
      expect.stringMatching(/^--limits takes NAME=NUMBER.*maxQueuedWrites.*, got 'drainMs'$/),
    ],
    [['--limits', 'drain=1'], expect.stringMatching(/^--limits takes NAME=NUMBER.*'drain=1'$/)],
    [
      ['--limits', 'drainMs=1s'],
      expect.stringMatching(/^--limits takes NAME=NUMBER.*'drainMs=1s'$/),
    ],
    [
      ['--limits', 'cacheBytes=1'],
      "--limits takes no cacheBytes: there is --cache for it, got 'cacheBytes=1'",
    ],
    [['--limits', 'drainMs=0'], '--limits: limits.drainMs must be a positive whole number, got 0'],
    [['--port', '1', '--port', '2'], '--port is given more than once'],
    [['--prot', '8080'], "unknown flag '--prot'"],
    [['--port'], '--port needs a value, PORT'],
    [['--json=yes'], "--json takes no value, got 'yes'"],
    [['data'], "unexpected argument 'data': only flags are taken"],
  ])('%j', (args, message) => {
    expect(() => read(args)).toThrow(expect.objectContaining({ name: 'UsageError', message }));
  });

  it('in a variable', () => {
    expect(() => read([], { EVENKEEL_MAX_VALUE: '1TB' })).toThrow(
      `EVENKEEL_MAX_VALUE takes ${size}, got '1TB'`,
    );
    expect(() => read([], { EVENKEEL_JSON: 'yes' })).toThrow(
      "EVENKEEL_JSON takes true or false, got 'yes'",
    );
    expect(() => read(['--limits=lingerMs=1'], { EVENKEEL_LIMITS: 'stallMs=1' })).toThrow(
      'EVENKEEL_LIMITS and --limits: limits.stallMs must be at least 60000 ',
    );
    expect(() => read([], { EVENKEEL_CONFIG: '/no/such' })).toThrow(
      'the configuration file /no/such does not exist; correct the path, or make the file',
    );
  });

  it.each([
    [{ port: 'http' }, `port in FILE takes ${port}, got 'http'`],
    [{ port: null }, "the configuration file FILE takes a string or a number as 'port', got null"],
    [{ data: { x: 1 } }, 'takes a string or a number as \'data\', got {"x":1}'],
    [{ host: true }, "takes a string or a number as 'host', got true"],
    [{ insecure: 'yes' }, 'takes true or false as \'insecure\', got "yes"'],
    [{ json: 1 }, "takes true or false as 'json', got 1"],
    [{ limits: { drainMs: '30' } }, 'must be a positive whole number, got "30"'],
    [{ limits: { stallMs: 10 } }, 'limits.stallMs must be at least 60000 '],
    [{ adminPort: 65_536 }, `adminPort in FILE takes ${port}, got '65536'`],
    [
      { prot: 1 },
      "the configuration file FILE has no setting 'prot'; it takes port, host, tokens, tlsCert, " +
        'tlsKey, tlsClientCa, allowHost, cors, data, store, cassandraUser, ' +
        'cassandraPasswordFile, cassandraCa, maxValue, cache, lanes, adminPort, limits, ' +
        'insecure, json',
    ],
    [{ config: 'a' }, "the configuration file FILE has no setting 'config'; it takes port, "],
    [{ 'max-value': 1 }, "the configuration file FILE has no setting 'max-value'; it takes port, "],
    ['{"port": 1', 'the configuration file FILE is not JSON: '],
    [[], 'the configuration file FILE takes an object, got []'],
    ['null', 'the configuration file FILE takes an object, got null'],
    [{ limits: 7 }, "the configuration file FILE takes an object as 'limits', got 7"],
    [
      { limits: { drainMs: 0 } },
      'the configuration file FILE: limits.drainMs must be a positive whole number, got 0',
    ],
    [
      { limits: { drain: 1 } },
      "the configuration file FILE has no limit 'drain'; it takes maxContentBytesInMemory, " +
        'smallContentReserveBytes, ',
    ],
    [
      { limits: { maxValueBytes: 1 } },
      "the configuration file FILE takes 'maxValue' in place of 'limits.maxValueBytes'",
    ],
    [
      { limits: { cacheBytes: 1 } },
      "the configuration file FILE takes 'cache' in place of 'limits.cacheBytes'",
    ],
  ])('in the file: %j', async (content, message) => {
    const config = await configFile(content);
    expect(() => read(['--config', config])).toThrow(message.replace('FILE', config));
  });
});
