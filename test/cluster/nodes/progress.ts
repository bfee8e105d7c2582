/** Lines on standard error; on a terminal also a last one that counts the seconds. */
const everyMs = 500;

export class Progress {
  readonly #what: string;
  readonly #beganMs = performance.now();
  readonly #timer: NodeJS.Timeout | undefined;

  constructor(what: string) {
    this.#what = what;
    if (process.stderr.isTTY) this.#timer = setInterval(() => this.#paint(), everyMs).unref();
  }

  readonly report = (line: string): void => {
    this.#erase();
    process.stderr.write(`${line}\n`);
  };

  end(): void {
    clearInterval(this.#timer);
    this.#erase();
  }

  #paint(): void {
    this.#erase();
    process.stderr.write(`${this.#what} … ${this.seconds} s`);
  }

  get seconds(): string {
    return ((performance.now() - this.#beganMs) / 1000).toFixed(0);
  }

  #erase(): void {
    if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
  }
}
