/** The part of a script that runs in the main thread: setup() before the run, done() after it. */

import type { Target } from './generator/target.js';
import type { LoadOptions, ScriptWork } from './options.js';
import type { LoadResult } from './result.js';
import { type LineEnd, openLine } from './script/blocking.js';
import { RemoteThread } from './script/channel.js';
import { createScriptMain } from './script/create.js';
import type { ScriptMain } from './script/script.js';

export class ScriptConductor {
  readonly #threads: readonly RemoteThread[];
  /** The other ends of the lines, one a generator thread. */
  readonly lines: readonly LineEnd[];
  #main: ScriptMain | undefined;

  constructor(threads: number) {
    const lines = Array.from({ length: threads }, () => openLine());
    this.#threads = lines.map(({ caller }) => new RemoteThread(caller));
    this.lines = lines.map(({ answerer }) => answerer);
  }

  /** Runs the script's top level, and its setup() for each thread. @throws ScriptError */
  async setup({ url, headers, work }: LoadOptions, addresses: readonly Target[]): Promise<void> {
    const { file } = work as ScriptWork;
    this.#main = await createScriptMain({ file, url, headers, addresses });
    for (const thread of this.#threads) await this.#main.setup(thread);
  }

  /** @throws ScriptError */
  async done(result: LoadResult): Promise<void> {
    const { elapsedUs: duration, completed: requests, bytesRead: bytes, errors } = result;
    await this.#main?.done({ duration, requests, bytes, errors }, result.latency, result.requestRates);
  }

  close(): void {
    for (const thread of this.#threads) thread.close();
  }
}
