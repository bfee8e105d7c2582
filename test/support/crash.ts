/**
 * The crash test: clients write, the server is killed at a random moment, a new one on the same
 * directory must hold every acknowledged write and no other, save those that were in flight. See
 * ledger.ts for what exactly that is.
 *
 * A kill leaves the operating system alive, so this shows that an acknowledged write is out of the
 * process and that a half-done commit is undone. That it is on the disk by then is what
 * test/system/durability.test.ts shows.
 */
import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { recoveredIn } from '../store/lmdb/journal/killed-store.js';
import { entityUrl } from './http.js';
import { Ledger, type Outcome } from './ledger.js';
import { type ServerProcess, startCommand, startServer } from './process.js';
import { randomFrom } from './random.js';

export interface CrashOptions {
  readonly directory: string;
  readonly rounds: number;
  /** All that is chosen is chosen by it; the moment at which the system runs the kill is not. */
  readonly seed: number;
  /** Keep-alive connections, each with one write at a time. */
  readonly clients?: number;
  /** Few keys, so that writes of one key meet. */
  readonly keys?: number;
  readonly maxValueBytes?: number;
  /** The server is killed after a number of acknowledged writes between these. */
  readonly writesPerRound?: readonly [min: number, max: number];
  /**
   * The segments of the journal are small, so that checkpoints run nearly always. After every
   * second kill the next server is killed too, while it opens the store or soon after that.
   */
  readonly smallSegments?: boolean;
}

const smallSegments = [
  process.execPath,
  fileURLToPath(new URL('small-segments.mjs', import.meta.url)),
];
/** An opening takes about as long. */
const openingMs = 120;

export interface CrashReport {
  readonly rounds: number;
  readonly acknowledged: number;
  /** Writes without a response when the server was killed. */
  readonly inFlight: number;
  /** Kills while a checkpoint ran; counted if the segments are small. */
  readonly inCheckpoint: number;
  /** Kills of servers that had not opened the store yet, and of those that had just done so. */
  readonly whileOpening: number;
  readonly justOpened: number;
  /** Keys of which a read found a state that no order of the writes explains, in words. */
  readonly wrong: readonly string[];
}

export async function crashRounds(options: CrashOptions): Promise<CrashReport> {
  const { directory, rounds, seed, clients = 16, keys = 100, writesPerRound = [20, 200] } = options;
  const random = randomFrom(seed);
  const names = Array.from({ length: keys }, (_, n) => keyName(n, random));
  const ledger = new Ledger(names);
  const wrong: string[] = [];
  let acknowledged = 0;
  let inFlight = 0;
  const journalKills = { inCheckpoint: 0, whileOpening: 0, justOpened: 0 };
  const command = options.smallSegments ? smallSegments : undefined;
  const start = () => startServer(directory, [], command);
  let server = await start();
  for (let round = 1; round <= rounds; round++) {
    const [min, max] = writesPerRound;
    let writesLeft = min + Math.floor(random() * (max - min));
    let kill = () => {};
    const enough = new Promise<void>((resolve) => {
      kill = resolve;
    });
    const load = Array.from({ length: clients }, (_, client) =>
      writeUntilDead(server.url, ledger, names, {
        name: `${seed}-${round}-${client}`,
        random: randomFrom(Math.floor(random() * 2 ** 32)),
        maxValueBytes: options.maxValueBytes ?? 256 * 1024,
        onAcknowledged: () => {
          if (--writesLeft === 0) kill();
        },
      }),
    );
    await Promise.race([enough, server.ended]);
    await server.end('SIGKILL');
    if (server.stderr() !== '') wrong.push(`round ${round}: standard error: ${server.stderr()}`);
    for (const client of await Promise.all(load)) {
      acknowledged += client.acknowledged;
      inFlight += client.inFlight;
    }
    if (options.smallSegments) {
      // Both segments have frames that LMDB lacks: one of them is on its way there.
      const { segments } = await recoveredIn(directory);
      if (segments.length === 2) journalKills.inCheckpoint++;
      if (round % 2 === 0) {
        const opened = await killWhileOpening(directory, random() * openingMs);
        journalKills[opened ? 'justOpened' : 'whileOpening']++;
      }
    }
    server = await start();
    wrong.push(...(await check(server, ledger, names)).map((text) => `round ${round}: ${text}`));
  }
  await server.end('SIGTERM');
  if (server.stderr() !== '') wrong.push(`standard error: ${server.stderr()}`);
  return { rounds, acknowledged, inFlight, ...journalKills, wrong };
}

/** Kills a server so long after it began to open the store. @returns whether it had opened it */
async function killWhileOpening(directory: string, delayMs: number): Promise<boolean> {
  const args = ['serve', '--port', '0', '--json', '--data', directory, '--mark'];
  const { child, ended, stdout, untilPrinted } = startCommand(args, smallSegments);
  await untilPrinted(/opening\n/);
  await sleep(delayMs);
  child.kill('SIGKILL');
  await ended;
  return stdout().includes('url');
}

/** Some keys are long, so that they share few pages, and some need escapes. */
function keyName(n: number, random: () => number): string {
  if (n % 10 === 0) return `${n} ключ &${'k'.repeat(Math.floor(random() * 900))}`;
  return `key-${n}`;
}

/** A value repeats its name from end to end, so that a torn one is seen. */
function filledWith(name: string, bytes: number): Buffer {
  return Buffer.alloc(Math.max(bytes, name.length + 1), `${name};`);
}

/** The name of a value with its length, or what is wrong with it. */
function nameOf(value: Buffer): string {
  const name = value.subarray(0, Math.max(0, value.indexOf(';'))).toString();
  return filledWith(name, value.length).equals(value)
    ? `${name}:${value.length}`
    : `torn ${name}:${value.length}`;
}

interface ClientOptions {
  readonly name: string;
  readonly random: () => number;
  readonly maxValueBytes: number;
  readonly onAcknowledged: () => void;
}

async function writeUntilDead(
  url: string,
  ledger: Ledger,
  keys: readonly string[],
  { name, random, maxValueBytes, onAcknowledged }: ClientOptions,
): Promise<{ acknowledged: number; inFlight: number }> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  let acknowledged = 0;
  try {
    for (let number = 0; ; number++) {
      const key = keys[Math.floor(random() * keys.length)] as string;
      const value =
        random() < 0.3
          ? undefined
          : filledWith(`${name}-${number}`, randomBytes(random, maxValueBytes));
      const ttl = value && random() < 0.3 ? '&ttl=1000000' : '';
      const write = ledger.begin(key, value && nameOf(value));
      const status = await send(agent, entityUrl(url, key, ttl), value);
      if (status === undefined) return { acknowledged, inFlight: 1 };
      if (status !== (value ? 201 : 202)) throw new Error(`the response to a write was ${status}`);
      ledger.acknowledge(write);
      acknowledged++;
      onAcknowledged();
    }
  } finally {
    agent.destroy();
  }
}

/** Mostly small, one in eight of any size up to the largest. */
function randomBytes(random: () => number, maxBytes: number): number {
  return Math.floor(random() * (random() < 0.125 ? maxBytes : 300));
}

/**
 * The status of the response, as soon as its head is there; undefined if the connection ends first.
 */
function send(agent: Agent, url: string, value: Buffer | undefined): Promise<number | undefined> {
  return new Promise((resolve) => {
    const req = request(url, { method: value ? 'PUT' : 'DELETE', agent });
    let status: number | undefined;
    req.on('response', (response) => {
      status = response.statusCode;
      response.resume();
    });
    req.on('error', () => resolve(status));
    req.on('close', () => resolve(status));
    req.end(value);
  });
}

/**
 * Compares what the server holds with the ledger, by gets and by the full range, and settles the
 * ledger on it.
 */
async function check(
  server: ServerProcess,
  ledger: Ledger,
  keys: readonly string[],
): Promise<string[]> {
  const wrong: string[] = [];
  const status = await fetch(`${server.url}/v0/status`);
  if (status.status !== 200) wrong.push(`the status is ${status.status}: ${await status.text()}`);
  const held = new Map<string, Outcome>();
  const responses = await Promise.all(
    keys.map(async (key) => {
      const response = await fetch(entityUrl(server.url, key));
      return { key, response, body: Buffer.from(await response.arrayBuffer()) };
    }),
  );
  for (const { key, response, body } of responses) {
    if (response.status !== 200 && response.status !== 404) {
      wrong.push(`GET ${key} returns ${response.status}: ${body}`);
      continue;
    }
    const outcome = response.status === 200 ? nameOf(body) : undefined;
    const possible = ledger.outcomes(key);
    if (!possible.has(outcome)) wrong.push(describe(key, outcome, possible));
    ledger.settle(key, outcome);
    if (outcome !== undefined) held.set(key, outcome);
  }
  const ranged = await readRange(server.url);
  const order = (names: Iterable<string>) =>
    [...names].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  if (
    JSON.stringify([...ranged]) !==
    JSON.stringify(order(held.keys()).map((key) => [key, held.get(key)]))
  )
    wrong.push(
      `the range has ${ranged.size} entities, the gets ${held.size}, or others, or another order`,
    );
  return wrong;
}

function describe(key: string, outcome: Outcome, possible: ReadonlySet<Outcome>): string {
  const kind =
    outcome === undefined
      ? 'an acknowledged write is lost'
      : possible.has(undefined) && possible.size === 1
        ? 'a deleted key is back'
        : 'another value than the last acknowledged one';
  return `${key}: ${kind}: reads ${outcome}, may be ${[...possible].join(' or ')}`;
}

async function readRange(url: string): Promise<Map<string, Outcome>> {
  const response = await fetch(`${url}/v0/entities?start=%00`, {
    headers: { Accept: 'application/x-ndjson' },
  });
  const lines = (await response.text()).split('\n').slice(0, -1);
  return new Map(
    lines.map((line) => {
      const { key, value } = JSON.parse(line) as { key: string; value: string };
      return [key, nameOf(Buffer.from(value, 'base64'))];
    }),
  );
}
