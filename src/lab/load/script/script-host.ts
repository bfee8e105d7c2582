/** The part of a script that runs in the main thread: setup() before the run, done() after it. */
import type { Target } from '../http/target.js';
import type { LoadOptions, ScriptWork } from '../load-options.js';
import type { LoadResult } from '../result/result.js';
import { openLine } from './blocking.js';
import { RemoteThread } from './channel.js';
import { createScriptMain } from './create.js';
import type { ScriptMain, ScriptMainOptions, ScriptStart } from './script.js';
import { readScript } from './script-text.js';

export class ScriptHost {
  readonly #script: ScriptMainOptions;
  readonly #threads: readonly RemoteThread[];
  /** For each generator thread, in their order. */
  readonly starts: readonly ScriptStart[];
  #main: ScriptMain | undefined;

  /** Reads the script. @throws ScriptError */
  constructor(options: LoadOptions, { file }: ScriptWork, addresses: readonly Target[]) {
    const text = readScript(file);
    const lines = Array.from({ length: options.threads }, () => openLine());
    const [first] = addresses;
    const address = first && { host: first.host, port: first.port };
    const { url, headers } = options;
    this.#script = { file, text, url, headers, addresses };
    this.#threads = lines.map(({ caller }) => new RemoteThread(caller));
    this.starts = lines.map(({ responder: line }) => ({ text, address, line }));
  }

  /** As wrk: the top level, then setup() and init() for each thread in turn. @throws ScriptError */
  async prepare(init: (thread: number) => Promise<unknown>): Promise<void> {
    this.#main = await createScriptMain(this.#script);
    for (const [number, thread] of this.#threads.entries()) {
      await this.#main.setup(thread);
      await init(number);
    }
  }

  /** @throws ScriptError */
  async done(result: LoadResult): Promise<void> {
    const { elapsedUs: duration, completed: requests, bytesRead: bytes, errors } = result;
    await this.#main?.done(
      { duration, requests, bytes, errors },
      result.latency,
      result.requestRates,
    );
  }

  close(): void {
    for (const thread of this.#threads) thread.close();
  }
}
