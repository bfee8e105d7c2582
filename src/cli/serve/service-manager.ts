/**
 * The service manager that started this process, by the protocol of systemd: the socket that it
 * passes, and what it is told. Without one nothing happens here.
 *
 * It is told by a datagram to a socket of the file system. Node has no such sockets, and packages
 * that have them are native code that npm would build. So systemd's own program `systemd-notify`
 * sends the datagram; the unit allows it by `NotifyAccess=all`. It runs at the start, at a reload
 * and at the end, and never in the path of a request.
 */
import { execFile } from 'node:child_process';
import { UsageError } from '../../config/parsers.js';

/** Sockets that are passed begin at this descriptor. */
const firstSocket = 3;

/** The program waits for the manager, which may be stuck. */
const timeoutMs = 5000;

type Environment = Record<string, string | undefined>;

export class ServiceManager {
  /** Descriptor of the socket to listen on, if one is passed. */
  readonly socket: number | undefined;
  readonly #address: string | undefined;
  readonly #path: string | undefined;
  readonly #warn: (message: string) => void;
  /** One message after the other, or the manager could get them in another order. */
  #told: Promise<void> = Promise.resolve();
  #isTold = true;

  /**
   * @param env from which what is for this process alone is removed
   * @throws UsageError if more than one socket is passed
   */
  constructor(env: Environment, warn: (message: string) => void) {
    this.#address = env.NOTIFY_SOCKET || undefined;
    this.#path = env.PATH;
    this.#warn = warn;
    this.socket = passedSocket(env);
    for (const name of ['NOTIFY_SOCKET', 'LISTEN_PID', 'LISTEN_FDS', 'LISTEN_FDNAMES'])
      delete env[name];
  }

  /** Whether it is told. */
  get listens(): boolean {
    return this.#address !== undefined;
  }

  ready(url: string): void {
    this.#tell('READY=1', `STATUS=Serving ${url}`);
  }

  /** Runs a reload, and tells that it began and ended. */
  during(reload: () => void): void {
    this.#tell('RELOADING=1', `MONOTONIC_USEC=${process.hrtime.bigint() / 1000n}`);
    reload();
    this.#tell('READY=1');
  }

  stopping(): void {
    this.#tell('STOPPING=1', 'STATUS=Stopping');
  }

  #tell(...assignments: readonly string[]): void {
    if (this.#address === undefined) return;
    const env = { NOTIFY_SOCKET: this.#address, ...(this.#path && { PATH: this.#path }) };
    this.#told = this.#told.then(() => this.#run(assignments, env));
  }

  #run(assignments: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
    return new Promise((resolve) => {
      execFile('systemd-notify', assignments, { env, timeout: timeoutMs }, (error) => {
        if (error && this.#isTold)
          this.#warn(
            `the service manager can't be told ${assignments[0]}: ${error.message.trim()}; ` +
              'install systemd-notify, or unset NOTIFY_SOCKET (Type=exec in a unit)',
          );
        this.#isTold = !error;
        resolve();
      });
    });
  }
}

/** @throws UsageError */
function passedSocket({ LISTEN_PID, LISTEN_FDS }: Environment): number | undefined {
  // They may be for a process that started this one.
  if (LISTEN_FDS === undefined || Number(LISTEN_PID) !== process.pid) return undefined;
  if (LISTEN_FDS === '1') return firstSocket;
  throw new UsageError(
    `one socket is taken, and LISTEN_FDS passes '${LISTEN_FDS}'; ` +
      'give the socket unit one ListenStream=',
  );
}
