/**
 * PUTs over many connections at a rate. Each connection makes a chain: it sends the next link when
 * the one before is acknowledged. So a state in which a chain has a gap never was.
 */
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** Keys that follow each other lie far apart in the order of keys. */
export function linkKey(chain: number, link: number): string {
  return `${String((link * 7919) % 10_000).padStart(4, '0')}-${chain}-${link}`;
}

const linkPattern = /^\d{4}-(\d+)-(\d+)$/;
const padding = 'x'.repeat(90);

export class ChainLoad {
  readonly #port: number;
  readonly #chains: number;
  readonly #rate: number;
  readonly #running: Promise<unknown>;
  readonly #beganMs = performance.now();
  /** The links that each chain has acknowledged. */
  readonly acknowledged: number[];
  #isOver = false;

  /** @param rate of all chains together, per second; fewer if the server or this machine is slow */
  constructor(url: string, chains: number, rate: number) {
    this.#port = Number(new URL(url).port);
    this.#chains = chains;
    this.#rate = rate;
    this.acknowledged = Array<number>(chains).fill(0);
    this.#running = Promise.all(this.acknowledged.map((_, chain) => this.#run(chain)));
    this.#running.catch(() => {});
  }

  /** Acknowledged per second, so far. */
  get rate(): number {
    const links = this.acknowledged.reduce((a, b) => a + b, 0);
    return (1000 * links) / (performance.now() - this.#beganMs);
  }

  /** @throws Error if a PUT was not acknowledged */
  async stop(): Promise<void> {
    this.#isOver = true;
    await this.#running;
  }

  async #run(chain: number): Promise<void> {
    const socket = connect(this.#port, '127.0.0.1').setNoDelay().setEncoding('latin1');
    await once(socket, 'connect');
    const everyMs = (1000 * this.#chains) / this.#rate;
    for (let link = 0; !this.#isOver; link++) {
      const value = `${link} ${padding}`;
      const head = `PUT /v0/entity?id=${linkKey(chain, link)} HTTP/1.1\r\nHost: localhost\r\n`;
      socket.write(`${head}Content-Length: ${value.length}\r\n\r\n${value}`);
      const [response] = (await once(socket, 'data')) as [string];
      if (!response.startsWith('HTTP/1.1 201 ')) throw new Error(`a PUT got ${response}`);
      this.acknowledged[chain] = link + 1;
      const aheadMs = this.#beganMs + (link + 1) * everyMs - performance.now();
      if (aheadMs > 1) await sleep(aheadMs);
    }
    socket.end();
  }
}

/**
 * Why a state can't have been one moment of the load; none: it can.
 * @param values by key
 * @param atLeast the links that each chain had before
 */
export function faultsOf(
  values: ReadonlyMap<string, string>,
  atLeast: readonly number[],
): readonly string[] {
  const links = new Map<number, Set<number>>(atLeast.map((_, chain) => [chain, new Set()]));
  const faults: string[] = [];
  for (const [key, value] of values) {
    const [, chain, link] = linkPattern.exec(key) ?? [];
    if (chain === undefined || value !== `${link} ${padding}`) faults.push(`${key} is ${value}`);
    links.get(Number(chain))?.add(Number(link));
  }
  for (const [chain, have] of links) {
    let gap = 0;
    while (have.has(gap)) gap++;
    if (have.size > gap) faults.push(`chain ${chain} has ${have.size} links, and a gap at ${gap}`);
    if (gap < (atLeast[chain] as number)) faults.push(`chain ${chain} lost what it had`);
  }
  return faults;
}
