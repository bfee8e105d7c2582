/**
 * The log as lines of JSON. Lines of the process's life are written at once: it may end with the
 * next instruction. Lines of requests wait for each other, so that none waits for the reader of the
 * log; if that one is too slow, some are left out.
 */
import pino from 'pino';
import type { Line, Log } from './log.js';

const standardError = 2;
/** Lines of requests that wait are written from this size on, and after this time. */
const flushBytes = 4096;
const flushMs = 1000;
/** More are left out, so a reader that stands still costs no memory. */
const maxWaitingBytes = 1024 * 1024;

type Destination = ReturnType<typeof pino.destination>;

export class JsonLog implements Log {
  readonly #life: pino.Logger;
  readonly #requests: pino.Logger;
  readonly #waiting: Destination;
  readonly #timer: NodeJS.Timeout;

  constructor() {
    this.#life = loggerTo(pino.destination({ dest: standardError, sync: true }));
    this.#waiting = pino.destination({
      dest: standardError,
      sync: false,
      minLength: flushBytes,
      maxLength: maxWaitingBytes,
    });
    this.#requests = loggerTo(this.#waiting);
    this.#timer = setInterval(() => this.#waiting.flush(), flushMs).unref();
  }

  write({ level, event, text, fields }: Line): void {
    if (event === 'request') {
      this.#requests[level]({ event, ...fields });
      return;
    }
    // Requests that ended before it come first.
    this.#flush();
    this.#life[level]({ event, ...fields }, text);
  }

  close(): void {
    clearInterval(this.#timer);
    this.#flush();
  }

  #flush(): void {
    try {
      this.#waiting.flushSync();
    } catch {
      // The reader of the log is gone.
    }
  }
}

function loggerTo(destination: Destination): pino.Logger {
  // The reader of the log may be gone: the server goes on.
  destination.on('error', () => {});
  const options: pino.LoggerOptions = {
    base: { pid: process.pid },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
  };
  return pino(options, destination);
}
