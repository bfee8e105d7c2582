/** `evenkeel serve`: runs the server until a signal. */
import { resolve } from 'node:path';
import type { AdminOptions, AdminServer } from '../admin/admin-server.js';
import { accessSettings } from '../config/access-settings.js';
import { clusterSettings } from '../config/cluster-settings.js';
import { defaultLimits } from '../config/limits.js';
import { readSettings, unknownVariables } from '../config/read-settings.js';
import { type Setting, settings } from '../config/settings.js';
import { ProfileError } from '../lab/profile/profile-errors.js';
import { AccessError } from '../server/access/access-error.js';
import type { Reload } from '../server/access/reload.js';
import { ListenError } from '../server/listen-error.js';
import type { RunningServer } from '../server/server.js';
import type { LoggedRequest } from '../server/statistics/access-log.js';
import { StoreError } from '../store/store.js';
import { clusterAccess } from './args/cluster-access.js';
import { describeFlags, textsOf } from './args/flags.js';
import { exitCodes } from './exit-codes.js';
import { errorLine, fullLine, type Log, reloadLine, requestLine } from './log/log.js';
import { untilSignal } from './signals.js';

export const flags: Readonly<Record<string, Setting>> = settings;

const apart = new Set([accessSettings, clusterSettings].flatMap((group) => Object.keys(group)));
const ofServer = Object.fromEntries(Object.entries(flags).filter(([name]) => !apart.has(name)));

const drainSeconds = defaultLimits.drainMs / 1000;

export const summary = 'run the key-value server';

export const errors = [StoreError, ListenError, AccessError, ProfileError];

export const help = `evenkeel serve: ${summary}

Usage: evenkeel serve [flags]

${describeFlags(ofServer)}

Who may ask (docs/security.md):
${describeFlags(accessSettings)}

A Cassandra cluster holds the data, if --store is given:
${describeFlags(clusterSettings)}

Each flag is also a variable and a key of the configuration file: for --max-value 1MiB,
EVENKEEL_MAX_VALUE=1MiB and {"maxValue": "1MiB"}; for a switch such as --json, true or false. A flag
wins over a variable, and a variable over the file. See docs/configuration.md for all keys and
limits.

SIGHUP has the server read the files of tokens and certificates again, if it was given any. Under
systemd it takes the socket that it is passed, in place of --port and --host, and tells when it is
ready. See docs/operations.md, and contrib/systemd for units.

SIGINT or SIGTERM ends the server: new requests get a 503, running ones may finish within
${drainSeconds} s, and the store is closed. A second signal ends it at once. No acknowledged write
is lost either way.

Exit codes:
  ${exitCodes.fine}    ended by one signal
  ${exitCodes.failed}    could not start: the port, the data directory or the cluster can't be used
  ${exitCodes.usage}    a wrong flag, variable or configuration file
  ${exitCodes.interrupted}  ended by a second signal (143 for SIGTERM)

Examples:
  evenkeel serve
  evenkeel serve --port 9000 --data /var/lib/evenkeel --max-value 1MiB
  evenkeel serve --host 0.0.0.0 --tokens tokens.json --tls-cert cert.pem --tls-key key.pem
  evenkeel serve --store 'cassandra://10.0.0.1,10.0.0.2/evenkeel?dc=dc1'
  EVENKEEL_PORT=9000 evenkeel serve --config evenkeel.json
  curl -X PUT --data-binary @photo.jpg 'http://127.0.0.1:8080/v0/entity?id=photo'
`;

export async function run(args: readonly string[], version: string): Promise<void> {
  const {
    config: _,
    'admin-port': adminPort,
    'access-log': accessShare,
    log: logFormat,
    'cassandra-user': user,
    'cassandra-password-file': passwordFile,
    'cassandra-ca': caFile,
    data,
    store,
    json,
    ...others
  } = readSettings(textsOf(flags, args), process.env);
  const cassandra = clusterAccess({ user, passwordFile, caFile });
  const place = store === undefined ? { data } : { store };
  const { openLog } = await import('./log/open-log.js');
  const log = await openLog(logFormat);
  const warn = (text: string) => log.write({ level: 'warn', event: 'warning', text });
  const { ServiceManager } = await import('./serve/service-manager.js');
  const manager = new ServiceManager(process.env, warn);
  const { serve } = await import('../server/server.js');
  const { isLoopback } = await import('../server/access/door.js');
  const { directoryOf } = await import('../store/open.js');
  const { pid } = process;
  log.write({ level: 'info', event: 'start', text: 'starting', fields: { version, ...place } });
  const fd = manager.socket;
  const options = { ...others, fd, ...place, ...(store !== undefined && { cassandra }) };
  const server = await serve({ ...options, ...listeners(log, accessShare) });
  const { allowHosts } = options;
  const { tokens, backup } = server;
  const admin =
    adminPort === undefined
      ? undefined
      : await startAdmin({ port: adminPort, allowHosts, tokens, version, server, backup }, server);
  // A hang-up ends a server that has nothing to read again, unless a manager reloads it.
  if (tokens || options.tls || manager.listens)
    process.on('SIGHUP', () => manager.during(() => server.reload()));
  const banner = {
    url: server.url,
    ...(admin && { adminUrl: admin.url }),
    ...(store === undefined ? { data: resolve(directoryOf(data ?? '')) } : { store }),
    pid,
    version,
  };
  // Before the banner: whoever reads it may send a signal at once.
  const signalled = untilSignal();
  process.stdout.write(json ? `${JSON.stringify(banner)}\n` : bannerText(banner, !!tokens));
  const { url, adminUrl } = banner;
  log.write({ level: 'info', event: 'ready', text: `serving ${url}`, fields: { url, adminUrl } });
  for (const name of unknownVariables(process.env))
    warn(`the variable ${name} is ignored: evenkeel serve --help names the settings`);
  const isOpen = tokens === undefined && options.tls?.clientCa === undefined;
  const { hostname } = new URL(server.url);
  if (isOpen && !isLoopback(hostname))
    warn(`other machines can reach ${hostname}, and nobody is asked who they are (--insecure)`);
  else if (!options.tls && !isLoopback(hostname))
    warn(`tokens go to ${hostname} in the clear; give --tls-cert and --tls-key`);
  manager.ready(server.url);
  await signalled;
  manager.stopping();
  const say = json ? () => {} : (line: string) => process.stdout.write(`${line}\n`);
  const where = store === undefined ? 'on the disk' : 'in the cluster';
  await stop(server, options.limits.drainMs / 1000, where, say, log);
  await admin?.close();
  log.close();
}

/** Takes what the server tells to the log. */
function listeners(log: Log, accessShare: number | undefined) {
  return {
    report: (error: unknown) => log.write(errorLine(error)),
    onFull: (isFull: boolean) => log.write(fullLine(isFull)),
    onReload: (reload: Reload) => log.write(reloadLine(reload)),
    ...(accessShare !== undefined && {
      accessLog: {
        share: accessShare,
        onRequest: (request: LoggedRequest) => log.write(requestLine(request)),
      },
    }),
  };
}

/** @param server closed if there can be no admin port */
async function startAdmin(options: AdminOptions, server: RunningServer): Promise<AdminServer> {
  try {
    const { startAdminServer } = await import('../admin/admin-server.js');
    return await startAdminServer(options);
  } catch (error) {
    await server.close();
    throw error;
  }
}

interface Banner {
  readonly url: string;
  readonly adminUrl?: string;
  /** The directory, on this machine. */
  readonly data?: string;
  /** Or the cluster. */
  readonly store?: string;
  readonly pid: number;
  readonly version: string;
}

function bannerText(
  { url, adminUrl, data, store, pid, version }: Banner,
  takesTokens: boolean,
): string {
  const token = takesTokens ? '-H "Authorization: Bearer $TOKEN" ' : '';
  const entity = `${token}'${url}/v0/entity?id=hello'`;
  const admin = adminUrl
    ? `  admin ${adminUrl}, for a browser, /metrics, evenkeel profile and backup --url\n`
    : '';
  return `Evenkeel ${version} serves ${url}
  data  ${store ?? data}
  pid   ${pid}
${admin}  try   curl -X PUT --data-binary world ${entity}
        curl ${entity}
  stop  Ctrl-C
`;
}

async function stop(
  server: RunningServer,
  seconds: number,
  where: string,
  say: (line: string) => void,
  log: Log,
): Promise<void> {
  const { running } = server;
  log.write({ level: 'info', event: 'drain', text: 'stopping', fields: { running } });
  say(`Stopping${running > 0 ? `: ${count(running)} may finish within ${seconds} s` : ''} …`);
  const cutOff = await server.close();
  if (cutOff > 0) {
    const text = `${count(cutOff)} did not finish within ${seconds} s and got no response`;
    log.write({ level: 'warn', event: 'warning', text, fields: { cutOff } });
  }
  log.write({ level: 'info', event: 'stop', text: 'stopped', fields: { cutOff } });
  say(`Stopped; everything acknowledged is ${where}.`);
}

function count(requests: number): string {
  return requests === 1 ? '1 request' : `${requests} requests`;
}
