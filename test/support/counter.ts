/**
 * A counter that clients raise by compare-and-swap (GET, then PUT with If-Match) while the server
 * is killed and started again. It ends exact only if a condition is decided with its write, an
 * acknowledged write is never lost, and none is done twice.
 *
 * A client whose response is lost can't know whether it has raised the counter. So the value also
 * says how often each client has: its own number tells it, whoever wrote since.
 */
import { Agent, request } from 'node:http';
import { entityUrl } from './http.js';
import { startServer } from './process.js';
import { randomFrom } from './random.js';

export interface CounterOptions {
  readonly directory: string;
  readonly kills: number;
  readonly clients: number;
  /** The server is killed after a number of acknowledged steps between these. */
  readonly stepsPerKill: readonly [min: number, max: number];
  readonly seed: number;
}

export interface CounterReport {
  /** The counter at the end. */
  readonly total: number;
  /** Steps that their clients know of. */
  readonly steps: number;
  /** Steps whose response was lost: those that had been done, and those that had not. */
  readonly lostDone: number;
  readonly lostUndone: number;
  /** Writes that another client came before. */
  readonly conflicts: number;
  readonly wrong: readonly string[];
}

const maxDelayMs = 4;

interface Counter {
  readonly total: number;
  readonly byClient: readonly number[];
}

export async function countThroughKills(options: CounterOptions): Promise<CounterReport> {
  const { directory, kills, seed } = options;
  const random = randomFrom(seed);
  const clients = Array.from({ length: options.clients }, (_, index) => new Client(index));
  let wrong: string[] = [];
  for (let kill = 0; kill <= kills; kill++) {
    const server = await startServer(directory);
    const [min, max] = options.stepsPerKill;
    let left = min + Math.floor(random() * (max - min));
    let isOver = false;
    // The last server is not killed, so that all clients come to know what they have done.
    const work = clients.map((client) =>
      client.work(server.url, clients.length, () => {
        left--;
        // A little later, so that a commit may be under way.
        if (left === 0 && kill < kills)
          setTimeout(() => void server.end('SIGKILL'), random() * maxDelayMs);
        if (left <= 0 && kill === kills) isOver = true;
        return isOver;
      }),
    );
    await Promise.all(work);
    await server.end(kill < kills ? 'SIGKILL' : 'SIGTERM');
    if (server.stderr() !== '') wrong.push(`standard error: ${server.stderr()}`);
  }
  const server = await startServer(directory);
  const response = await send(new Agent(), 'GET', server.url);
  await server.end('SIGTERM');
  const { total, byClient } = parse(response?.content ?? '', clients.length);
  wrong = [...wrong, ...clients.flatMap((client) => client.wrong)];
  for (const { index, done } of clients)
    if (byClient[index] !== done)
      wrong.push(
        `client ${index} has raised it ${done} times, and the store says ${byClient[index]}`,
      );
  const sum = (figure: (client: Client) => number) =>
    clients.reduce((sum, client) => sum + figure(client), 0);
  return {
    total,
    steps: sum(({ done }) => done),
    lostDone: sum(({ lostDone }) => lostDone),
    lostUndone: sum(({ lostUndone }) => lostUndone),
    conflicts: sum(({ conflicts }) => conflicts),
    wrong,
  };
}

class Client {
  readonly index: number;
  readonly wrong: string[] = [];
  /** How often it has raised the counter. */
  done = 0;
  lostDone = 0;
  lostUndone = 0;
  conflicts = 0;
  /** A write was sent, and its response did not come. */
  #isUnsure = false;

  constructor(index: number) {
    this.index = index;
  }

  /** Raises the counter until the server is gone, or the caller says that it is over. */
  async work(url: string, clients: number, onStep: () => boolean): Promise<void> {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    try {
      for (;;) {
        const read = await send(agent, 'GET', url);
        if (!read) return;
        if (read.status !== 200 && read.status !== 404) {
          this.wrong.push(`GET: ${read.status} ${read.content}`);
          continue;
        }
        const { total, byClient } = parse(read.status === 200 ? read.content : '', clients);
        this.#check(total, byClient);
        const raised = byClient.map((count, index) => (index === this.index ? count + 1 : count));
        const condition: [string, string] =
          read.status === 200 ? ['If-Match', read.etag] : ['If-None-Match', '*'];
        const content = JSON.stringify({ total: total + 1, byClient: raised });
        this.#isUnsure = true;
        const written = await send(agent, 'PUT', url, condition, content);
        if (!written) return;
        this.#isUnsure = false;
        if (written.status === 412) {
          this.conflicts++;
          continue;
        }
        if (written.status !== 201) this.wrong.push(`PUT: ${written.status} ${written.content}`);
        this.done++;
        if (onStep()) return;
      }
    } finally {
      agent.destroy();
    }
  }

  #check(total: number, byClient: readonly number[]): void {
    const own = byClient[this.index] ?? 0;
    if (this.#isUnsure) {
      if (own === this.done + 1) this.lostDone++;
      else this.lostUndone++;
      if (own === this.done + 1) this.done++;
      this.#isUnsure = false;
    }
    if (own !== this.done)
      this.wrong.push(`client ${this.index} has raised it ${this.done} times, and reads ${own}`);
    const sum = byClient.reduce((sum, count) => sum + count, 0);
    if (sum !== total) this.wrong.push(`the counter is ${total}, and its parts make ${sum}`);
  }
}

function parse(text: string, clients: number): Counter {
  if (text === '') return { total: 0, byClient: Array<number>(clients).fill(0) };
  return JSON.parse(text) as Counter;
}

interface Response {
  readonly status: number;
  readonly etag: string;
  readonly content: string;
}

/** Undefined if the connection ends before the response is whole. */
function send(
  agent: Agent,
  method: 'GET' | 'PUT',
  url: string,
  condition?: readonly [name: string, value: string],
  content?: string,
): Promise<Response | undefined> {
  return new Promise((resolve) => {
    const headers = condition ? { [condition[0]]: condition[1] } : {};
    const req = request(entityUrl(url, 'counter'), { method, agent, headers });
    req.on('response', (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (piece: string) => {
        text += piece;
      });
      response.on('error', () => {});
      response.on('end', () => {
        const { statusCode = 0, headers } = response;
        resolve({ status: statusCode, etag: headers.etag ?? '', content: text });
      });
    });
    req.on('error', () => resolve(undefined));
    req.on('close', () => resolve(undefined));
    req.end(content);
  });
}
