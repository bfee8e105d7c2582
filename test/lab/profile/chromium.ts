/**
 * Debian's Chromium without a window, spoken to over the pipe of its DevTools protocol: messages of
 * JSON that end in a zero byte, on file descriptors 3 and 4. No port is opened, and no library is
 * needed.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';

const flags = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--hide-scrollbars',
  '--remote-debugging-pipe',
];

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: Record<string, unknown>;
  readonly result?: Record<string, unknown>;
  readonly error?: { readonly message: string };
}

type Responder = (message: Message) => void;

export class Chromium {
  /** Errors that pages wrote to their console or threw. */
  readonly complaints: string[] = [];
  readonly #process: ChildProcess;
  readonly #directory: string;
  readonly #responders = new Map<number, Responder>();
  readonly #events = new Map<string, () => void>();
  #session: string | undefined;
  #last = 0;

  private constructor(process: ChildProcess, directory: string) {
    this.#process = process;
    this.#directory = directory;
    let text = '';
    (process.stdio[4] as Readable).setEncoding('utf8').on('data', (chunk: string) => {
      const messages = (text + chunk).split('\0');
      text = messages.pop() ?? '';
      for (const message of messages) this.#take(JSON.parse(message) as Message);
    });
  }

  static async start(width: number, height: number): Promise<Chromium> {
    const directory = await mkdtemp(join(tmpdir(), 'evenkeel-chromium-'));
    const process = spawn(
      'chromium',
      [...flags, `--user-data-dir=${directory}`, `--window-size=${width},${height}`],
      {
        stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
      },
    );
    const chromium = new Chromium(process, directory);
    const { targetId } = await chromium.send('Target.createTarget', { url: 'about:blank' });
    const { sessionId } = await chromium.send('Target.attachToTarget', { targetId, flatten: true });
    chromium.#session = String(sessionId);
    for (const domain of ['Page', 'Runtime', 'Log']) await chromium.send(`${domain}.enable`);
    return chromium;
  }

  send(
    method: string,
    params: Record<string, unknown> = {},
    session = this.#session,
  ): Promise<Record<string, unknown>> {
    const id = ++this.#last;
    const sessionId = session === undefined ? {} : { sessionId: session };
    (this.#process.stdio[3] as Writable).write(
      `${JSON.stringify({ id, method, params, ...sessionId })}\0`,
    );
    return new Promise((resolve, reject) => {
      this.#responders.set(id, ({ result, error }) => {
        if (error === undefined) resolve(result ?? {});
        else reject(new Error(`${method}: ${error.message}`));
      });
    });
  }

  async open(url: string): Promise<void> {
    const loaded = new Promise<void>((resolve) => this.#events.set('Page.loadEventFired', resolve));
    await this.send('Page.navigate', { url });
    await loaded;
  }

  /** The value of an expression in the page, which must be JSON. */
  async evaluate<T>(expression: string, session = this.#session): Promise<T> {
    const asked = { expression, returnByValue: true, awaitPromise: true };
    const { result, exceptionDetails } = await this.send('Runtime.evaluate', asked, session);
    if (exceptionDetails !== undefined)
      throw new Error(`${expression}: ${JSON.stringify(exceptionDetails)}`);
    return (result as { value: T }).value;
  }

  /**
   * The same in a frame that is sandboxed, and so has a process of its own.
   * @returns undefined: such a frame was not found
   */
  async evaluateInFrame<T>(urlStart: string, expression: string): Promise<T | undefined> {
    const { targetInfos } = await this.send('Target.getTargets');
    const targets = targetInfos as { targetId: string; type: string; url: string }[];
    const frame = targets.find(({ type, url }) => type === 'iframe' && url.startsWith(urlStart));
    if (!frame) return undefined;
    const { targetId } = frame;
    const { sessionId } = await this.send('Target.attachToTarget', { targetId, flatten: true });
    return this.evaluate<T>(expression, String(sessionId));
  }

  async screenshot(): Promise<Buffer> {
    const { data } = await this.send('Page.captureScreenshot', { captureBeyondViewport: true });
    return Buffer.from(String(data), 'base64');
  }

  async close(): Promise<void> {
    const ended = new Promise((resolve) => this.#process.once('exit', resolve));
    this.#process.kill('SIGKILL');
    await ended;
    await rm(this.#directory, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }

  #take(message: Message): void {
    const { id, method = '', params } = message;
    if (id !== undefined) {
      this.#responders.get(id)?.(message);
      this.#responders.delete(id);
    }
    const bad =
      method === 'Runtime.exceptionThrown' ||
      (method === 'Runtime.consoleAPICalled' && params?.type === 'error') ||
      (method === 'Log.entryAdded' &&
        (params?.entry as { level?: string } | undefined)?.level === 'error');
    if (bad) this.complaints.push(JSON.stringify(params));
    this.#events.get(method)?.();
  }
}
