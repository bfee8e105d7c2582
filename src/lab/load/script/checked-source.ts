/** A script as a source of requests, whatever its language: checks what the hooks return. */
import { ScriptError } from '../load-errors.js';
import { loadLimits } from '../load-options.js';
import type { Address } from './address.js';
import type { ScriptThread } from './channel.js';
import { checkRequests } from './request-check.js';
import { headsOf } from './request-heads.js';
import type { Hooks, ScriptSource, ScriptSourceOptions, WorkerState } from './script.js';

/** Runs the script's top level, which may use its thread already. */
type Open = (options: ScriptSourceOptions, thread: ScriptThread) => Promise<WorkerState>;

export class CheckedSource implements ScriptSource {
  readonly #options: ScriptSourceOptions;
  /** Both are there once create() and init() have returned. */
  #state!: WorkerState;
  #hooks!: Hooks;
  #fixed: Uint8Array | undefined;
  /** requestsPerSend is known. */
  #counted = false;
  #address: Address | undefined;

  requestsPerSend = 1;
  heads: readonly boolean[] = [];
  stopped = false;
  delayMs: ScriptSource['delayMs'];
  onResponse: ScriptSource['onResponse'];

  static async create(options: ScriptSourceOptions, open: Open): Promise<CheckedSource> {
    const source = new CheckedSource(options);
    source.#state = await open(options, source);
    return source;
  }

  private constructor(options: ScriptSourceOptions) {
    this.#options = options;
  }

  get threadAddress(): Address | undefined {
    return this.#address ?? this.#options.address;
  }

  set threadAddress(address: Address | undefined) {
    this.#address = address;
  }

  get ownAddress(): Address | undefined {
    const { address: original } = this.#options;
    const { host, port } = this.#address ?? {};
    return host === original?.host && port === original?.port ? undefined : this.#address;
  }

  async init(args: readonly string[]): Promise<void> {
    this.#hooks = await this.#state.init(args);
    this.onResponse = this.#hooks.response;
    if (this.#hooks.delay !== undefined) this.delayMs = () => this.#delay();
    if (this.#hooks.fixed || this.#options.thread === 0) {
      const first = this.next();
      if (this.#hooks.fixed)
        this.#fixed = typeof first === 'string' ? Buffer.from(first, 'latin1') : first;
    }
  }

  next(): string | Uint8Array {
    if (this.#fixed !== undefined) return this.#fixed;
    const request = this.#hooks.request();
    if (request.length > loadLimits.messageBytes)
      throw this.#error(
        `request() returned ${request.length} bytes, more than ${loadLimits.messageBytes}`,
        'request()',
      );
    this.#count(request);
    return request;
  }

  getGlobal(name: string): unknown {
    return this.#state.getGlobal(name);
  }

  setGlobal(name: string, value: unknown): void {
    this.#state.setGlobal(name, value);
  }

  stop(): void {
    this.stopped = true;
  }

  agree(requestsPerSend: number): void {
    this.requestsPerSend = requestsPerSend;
    this.#counted = true;
  }

  /** The schedule counts sends, and a response that never comes would stall its connection. */
  #count(request: string | Uint8Array): void {
    this.heads = (this.#counted && headsOf(request)) || this.#check(request);
    if (!this.#counted) this.agree(this.heads.length);
    if (this.heads.length === this.requestsPerSend) return;
    const [now, before] = [this.heads.length, this.requestsPerSend].map(
      (count) => `${count} request${count === 1 ? '' : 's'}`,
    );
    throw this.#error(
      `request() returned ${now}, and ${before} at first: each call must return as many`,
      'request()',
    );
  }

  #check(request: string | Uint8Array): readonly boolean[] {
    const text = typeof request === 'string' ? request : Buffer.from(request).toString('latin1');
    return checkRequests(text, `${this.#options.file}: what request() returned is not a request`);
  }

  #delay(): number {
    const delay = this.#hooks.delay?.();
    if (typeof delay === 'number' && delay >= 0 && delay < Number.POSITIVE_INFINITY) return delay;
    throw this.#error('delay() must return a number of ms, 0 or more', 'delay()');
  }

  #error(message: string, hook: string): ScriptError {
    return new ScriptError(`${this.#options.file}: ${message} (in ${hook})`);
  }
}
