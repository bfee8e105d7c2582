/**
 * Two real servers with the same limits, each with its own store: one with both lanes, one with the
 * full lane alone.
 */
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type RunningServer, type ServeOptions, serve } from '#dist/server/server.js';
import { type Case, pieces } from './cases.js';
import { type Patience, play } from './play.js';
import { empty, stored } from './stores.js';
import { prefix } from './targets.js';

/** Memory, where there is some: the fuzzing is about bytes, not about disks. */
const parent = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

export type Lanes = 'both' | 'full';

/** Describes how two servers differed. */
export interface Difference {
  readonly what: string;
  readonly both: string;
  readonly full: string;
}

/**
 * HTTP/2's preface, cut short to a request of HTTP/0.9. node:http breaks the connection off as it
 * reads it. Lost are the requests before it that were not served and the responses that have not
 * left, so the outcome depends on pace in either lane.
 */
const brokenOff = /PRI [^ \r\n]+\r?\n/;

const endless = 'requests that never end';
const hang = 'both hang';

const busy: Patience = { quietMs: 30, turns: 3 };
const alone: Patience = { quietMs: 150, turns: 12 };

export class Pair {
  readonly #servers: readonly [both: RunningServer, full: RunningServer];
  readonly #directory: string;
  readonly #reports: unknown[];
  #played = 0;
  /** Requests that never end, by server; they have been told. */
  #left: number[] = [];

  private constructor(
    servers: [RunningServer, RunningServer],
    directory: string,
    reports: unknown[],
  ) {
    this.#servers = servers;
    this.#directory = directory;
    this.#reports = reports;
  }

  /** @param lanes of the first server; others than `both` to try the comparison itself */
  static async start(lanes: Lanes = 'both'): Promise<Pair> {
    const directory = await mkdtemp(join(parent, 'evenkeel-lanes-'));
    const reports: unknown[] = [];
    const start = (name: string, lanes: Lanes) => {
      const limits = { maxValueBytes: 2000, drainMs: 1000, lingerMs: 2000 };
      const report = (error: unknown) => void reports.push(error);
      const options: ServeOptions = {
        data: join(directory, name),
        port: 0,
        lanes,
        limits,
        // Not localhost, which is long: most of the bytes of a case should be about something else.
        allowHosts: ['h', 'g'],
        report,
      };
      return serve(options);
    };
    return new Pair([await start('both', lanes), await start('full', 'full')], directory, reports);
  }

  async close(): Promise<void> {
    await Promise.all(this.#servers.map((server) => server.close()));
    await rm(this.#directory, { recursive: true, force: true });
  }

  /** Plays a case to both servers, beside others. Undefined: no difference. */
  play(case_: Case): Promise<Difference | undefined> {
    return this.#play(case_, busy);
  }

  /**
   * Plays a case alone, on empty stores, and compares the stores as well. Two refusals may race,
   * for example content too long and its end too early. So a response that the full lane also
   * gives, at another pace, is not a difference, nor is one that does not come back each time.
   */
  async playAlone(case_: Case): Promise<Difference | undefined> {
    let difference: Difference | undefined;
    // On a busy machine a server may once need longer than the player waits.
    for (let times = 0; times < 3; times++) {
      difference = await this.#playAloneOnce(case_);
      if (!difference) return undefined;
    }
    return difference;
  }

  async #playAloneOnce(case_: Case): Promise<Difference | undefined> {
    const answers = await this.#play(case_, alone);
    const effect = await this.settle();
    const hangs = effect?.what === endless || answers?.what === hang;
    if (!hangs && brokenOff.test(case_.bytes)) return undefined;
    if (!answers || effect) return effect;
    return (await this.#fullAnswersSo(case_, answers)) ? undefined : answers;
  }

  async #fullAnswersSo({ bytes, cuts }: Case, { what, both }: Difference): Promise<boolean> {
    if (what !== 'received') return false;
    const requests = [...bytes.matchAll(/(?<!^)(GET|PUT|DELETE|HEAD|POST) /g)].map(
      ({ index }) => index,
    );
    for (const endsAtOnce of [true, false])
      for (const offsets of [cuts, [], requests]) {
        const own = this.#ownPrefix();
        const script = {
          pieces: pieces({ bytes: bytes.replaceAll(prefix, own), cuts: offsets, endsAtOnce }),
          endsAtOnce,
        };
        const { received } = await play(this.#servers[1].url, script, alone);
        await this.settle();
        if (received.replaceAll(own, prefix) === both) return true;
      }
    return false;
  }

  /**
   * Compares and empties the stores, once nothing runs.
   * @throws Error if a server reported an error
   */
  async settle(): Promise<Difference | undefined> {
    const stuck = await this.#stuck();
    if (this.#reports.length > 0)
      throw new Error('a server reported an error', { cause: this.#reports[0] });
    const [both, full] = await Promise.all([
      stored(this.#servers[0].url),
      stored(this.#servers[1].url),
    ]);
    await Promise.all([empty(this.#servers[0].url, both), empty(this.#servers[1].url, full)]);
    const [inBoth, inFull] = [both.join('\n'), full.join('\n')];
    if (stuck) return stuck;
    return inBoth === inFull
      ? undefined
      : { what: 'the stores differ', both: inBoth, full: inFull };
  }

  /** Waits until nothing runs, save what has been told to run for ever. */
  async #stuck(): Promise<Difference | undefined> {
    const deadline = performance.now() + 3000;
    while (this.#servers.some(({ running }, at) => running > (this.#left[at] ?? 0))) {
      if (performance.now() > deadline) {
        this.#left = this.#servers.map(({ running }) => running);
        return { what: endless, both: String(this.#left[0]), full: String(this.#left[1]) };
      }
      await sleep(1);
    }
    return undefined;
  }

  async #play(case_: Case, patience: Patience): Promise<Difference | undefined> {
    const own = this.#ownPrefix();
    const script = {
      pieces: pieces({ ...case_, bytes: case_.bytes.replaceAll(prefix, own) }),
      endsAtOnce: case_.endsAtOnce,
    };
    const [both, full] = await Promise.all(
      this.#servers.map(({ url }) => play(url, script, patience)),
    );
    if (!both || !full) throw new TypeError('there are two servers');
    const shown = (text: string) => text.replaceAll(own, prefix);
    for (const what of ['received', 'open', 'end'] as const)
      if (both[what] !== full[what])
        return { what, both: shown(both[what]), full: shown(full[what]) };
    if (full.end === 'hung')
      return { what: hang, both: shown(both.received), full: shown(full.received) };
    return undefined;
  }

  /** As long as the one it stands for, so that lengths and cuts stay right. */
  #ownPrefix(): string {
    const digits = (this.#played++).toString(16).padStart(prefix.length, '0');
    return digits.replace(
      /./g,
      (digit) => 'GHJKLMNOPQRSTUVW'[Number.parseInt(digit, 16)] as string,
    );
  }
}
