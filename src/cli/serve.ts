/** `evenkeel serve`: runs the server until a signal, and says what it does. */
import { resolve } from 'node:path';
import { type DebugServer, startDebugServer } from '../admin/admin-server.js';
import { defaultLimits, maxCacheBytes, maxValueLimit } from '../config/limits.js';
import { type RunningServer, serve } from '../server/server.js';
import {
  byteSize,
  describeFlags,
  formatBytes,
  on,
  optional,
  parseFlags,
  text,
  wholeNumber,
} from './args/flags.js';
import { oneOf } from './args/units.js';
import { untilSignal } from './signals.js';

const flags = {
  port: {
    value: 'PORT',
    help: 'TCP port to listen on; 0 takes a free one',
    defaultText: '8080',
    parse: wholeNumber(0, 65_535),
    fallback: 8080,
  },
  host: {
    value: 'ADDRESS',
    help: 'address to listen on; there is no authentication, so keep it private',
    defaultText: '127.0.0.1',
    parse: text('an address such as 127.0.0.1 or ::1'),
    fallback: '127.0.0.1',
  },
  data: {
    value: 'DIR',
    help: 'folder that holds the data; made if it is not there',
    defaultText: './data',
    parse: text('a folder'),
    fallback: 'data',
  },
  'max-value': {
    value: 'SIZE',
    help: 'largest value, such as 512KiB or 64MiB; each one is held in memory whole',
    defaultText: formatBytes(defaultLimits.maxValueBytes),
    parse: byteSize(1, maxValueLimit),
    fallback: defaultLimits.maxValueBytes,
  },
  cache: {
    value: 'SIZE',
    help: 'memory for entities of up to 2KiB that were read, to be read again without a search; 0 for none',
    defaultText: formatBytes(defaultLimits.cacheBytes),
    parse: byteSize(0, maxCacheBytes),
    fallback: defaultLimits.cacheBytes,
  },
  lanes: {
    value: 'WHICH',
    help: 'both: plain requests take the fast lane; full: all take node:http, to compare with',
    defaultText: 'both',
    parse: oneOf('both', 'full'),
    fallback: 'both' as const,
  },
  'admin-port': {
    value: 'PORT',
    help: 'opens a port for evenkeel profile --url, on 127.0.0.1 only; 0 takes a free one',
    defaultText: 'off',
    ...optional(wholeNumber(0, 65_535)),
  },
  json: on('print one line of JSON instead of the banner, for programs'),
};

export const summary = 'run the key-value server';

export const help = `evenkeel serve: ${summary}

Usage: evenkeel serve [flags]

${describeFlags(flags)}

Ends on SIGINT or SIGTERM: new requests get a 503, running ones finish (at most ${defaultLimits.drainMs / 1000} s), the store
is closed. A second signal ends it at once; what was acknowledged is safe even then.

Examples:
  evenkeel serve
  evenkeel serve --port 9000 --data /var/lib/evenkeel --max-value 1MiB
  curl -X PUT --data-binary @photo.jpg 'http://127.0.0.1:8080/v0/entity?id=photo'
`;

/** @throws UsageError, StoreError, ListenError, ProfileError */
export async function run(args: readonly string[], version: string): Promise<void> {
  const {
    port,
    host,
    data,
    'max-value': maxValueBytes,
    cache: cacheBytes,
    lanes,
    'admin-port': adminPort,
    json,
  } = parseFlags(flags, args);
  const server = await serve({
    port,
    host,
    data,
    lanes,
    limits: { maxValueBytes, cacheBytes },
  });
  const admin = await startAdmin(adminPort, server);
  const banner = {
    url: server.url,
    ...(admin && { adminUrl: admin.url }),
    data: resolve(data),
    pid: process.pid,
    version,
  };
  process.stdout.write(json ? `${JSON.stringify(banner)}\n` : bannerText(banner));
  if (!isLoopback(host))
    process.stderr.write(
      `evenkeel: warning: ${host} may be reached from other machines, and there is no authentication\n`,
    );
  await untilSignal();
  await admin?.close();
  await stop(server, json ? () => {} : (line) => process.stdout.write(`${line}\n`));
}

async function startAdmin(
  port: number | undefined,
  server: RunningServer,
): Promise<DebugServer | undefined> {
  if (port === undefined) return undefined;
  try {
    return await startDebugServer({ port });
  } catch (error) {
    await server.close();
    throw error;
  }
}

interface Banner {
  readonly url: string;
  readonly adminUrl?: string;
  readonly data: string;
  readonly version: string;
}

function bannerText({ url, adminUrl, data, version }: Banner): string {
  const entity = `'${url}/v0/entity?id=hello'`;
  return `Evenkeel ${version} serves ${url}
  data  ${data}
${adminUrl === undefined ? '' : `  admin ${adminUrl}, for evenkeel profile --url\n`}  try   curl -X PUT --data-binary world ${entity}
        curl ${entity}
  stop  Ctrl-C
`;
}

async function stop(server: RunningServer, say: (line: string) => void): Promise<void> {
  const { running } = server;
  const seconds = defaultLimits.drainMs / 1000;
  say(`Stopping${running > 0 ? `: ${count(running)} may finish within ${seconds} s` : ''} …`);
  const cutOff = await server.close();
  if (cutOff > 0)
    process.stderr.write(
      `evenkeel: ${count(cutOff)} did not finish within ${seconds} s and got no answer\n`,
    );
  say('Stopped; everything acknowledged is on the disk.');
}

function count(requests: number): string {
  return requests === 1 ? '1 request' : `${requests} requests`;
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\./.test(host);
}
