/** `evenkeel serve`: runs the server until a signal. */
import { resolve } from 'node:path';
import { type AdminServer, startAdminServer } from '../admin/admin-server.js';
import { accessSettings } from '../config/access-settings.js';
import { clusterSettings } from '../config/cluster-settings.js';
import { defaultLimits } from '../config/limits.js';
import { readSettings, settings, unknownVariables } from '../config/settings.js';
import { ProfileError } from '../lab/profile/profile-errors.js';
import { AccessError } from '../server/access/access-error.js';
import { isLoopback } from '../server/access/door.js';
import { ListenError, type RunningServer, serve } from '../server/server.js';
import { directoryOf } from '../store/open.js';
import { StoreError } from '../store/store.js';
import { clusterAccess } from './args/cluster-access.js';
import { describeFlags, on, textsOf } from './args/flags.js';
import { exitCodes } from './exit-codes.js';
import { untilSignal } from './signals.js';

const flags = {
  ...settings,
  insecure: on('serve everyone who reaches --host, without tokens and client certificates'),
  json: on('print one line of JSON instead of the banner, for programs'),
};

const apart = new Set([accessSettings, clusterSettings].flatMap((group) => Object.keys(group)));
const ofServer = Object.fromEntries(
  Object.entries(flags).filter(([name]) => !apart.has(name)),
) as Omit<typeof flags, keyof typeof clusterSettings | keyof typeof accessSettings>;

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

Each flag but --insecure and --json is also a variable and a key of the configuration file: for
--max-value 1MiB, EVENKEEL_MAX_VALUE=1MiB and {"maxValue": "1MiB"}. A flag wins over a variable, and
a variable over the file. See docs/configuration.md for all keys and limits.

SIGHUP has the server read the files of tokens and certificates again, if it was given any.

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
  const given = textsOf(flags, args);
  const {
    config: _,
    'admin-port': adminPort,
    'cassandra-user': user,
    'cassandra-password-file': passwordFile,
    'cassandra-ca': caFile,
    data,
    store,
    ...others
  } = readSettings(given, process.env);
  const cassandra = clusterAccess({ user, passwordFile, caFile });
  const json = given.has('json');
  const insecure = given.has('insecure');
  const options = {
    ...others,
    insecure,
    ...(store === undefined ? { data } : { store, cassandra }),
  };
  const server = await serve(options);
  const admin = await startAdmin(adminPort, options.allowHosts, server);
  if (options.tokens !== undefined || options.tls) process.on('SIGHUP', () => server.reload());
  const banner = {
    url: server.url,
    ...(admin && { adminUrl: admin.url }),
    ...(store === undefined ? { data: resolve(directoryOf(data ?? '')) } : { store }),
    pid: process.pid,
    version,
  };
  const takesTokens = options.tokens !== undefined;
  process.stdout.write(json ? `${JSON.stringify(banner)}\n` : bannerText(banner, takesTokens));
  for (const name of unknownVariables(process.env))
    warn(`the variable ${name} is ignored: evenkeel serve --help names the settings`);
  const isOpen = options.tokens === undefined && options.tls?.clientCa === undefined;
  if (isOpen && !isLoopback(new URL(server.url).hostname))
    warn(`other machines can reach ${options.host}, and nobody is asked who they are (--insecure)`);
  else if (!options.tls && !isLoopback(new URL(server.url).hostname))
    warn(`tokens go to ${options.host} in the clear; give --tls-cert and --tls-key`);
  await untilSignal();
  await admin?.close();
  const log = json ? () => {} : (line: string) => process.stdout.write(`${line}\n`);
  const place = store === undefined ? 'on the disk' : 'in the cluster';
  await stop(server, options.limits.drainMs / 1000, place, log);
}

async function startAdmin(
  port: number | undefined,
  allowHosts: readonly string[],
  server: RunningServer,
): Promise<AdminServer | undefined> {
  if (port === undefined) return undefined;
  try {
    const { tokens, backup } = server;
    return await startAdminServer({ port, allowHosts, tokens, backup });
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
  const admin = adminUrl ? `  admin ${adminUrl}, for evenkeel profile and backup --url\n` : '';
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
  place: string,
  log: (line: string) => void,
): Promise<void> {
  const { running } = server;
  log(`Stopping${running > 0 ? `: ${count(running)} may finish within ${seconds} s` : ''} …`);
  const cutOff = await server.close();
  if (cutOff > 0)
    process.stderr.write(
      `evenkeel: ${count(cutOff)} did not finish within ${seconds} s and got no response\n`,
    );
  log(`Stopped; everything acknowledged is ${place}.`);
}

const warn = (of: string) => process.stderr.write(`evenkeel: warning: ${of}\n`);

function count(requests: number): string {
  return requests === 1 ? '1 request' : `${requests} requests`;
}
