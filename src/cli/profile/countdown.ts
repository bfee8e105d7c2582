/** One line on a terminal that counts the seconds of a sampling, and is gone at its end. */
export class Countdown {
  readonly #stream: NodeJS.WriteStream;
  readonly #timer: NodeJS.Timeout | undefined;

  constructor(stream: NodeJS.WriteStream, seconds: number) {
    this.#stream = stream;
    if (!stream.isTTY) return;
    let second = 0;
    const draw = () => {
      stream.write(
        second <= seconds
          ? `\r  sampling ${second} of ${seconds} s`
          : '\r  collecting the samples    ',
      );
      second++;
    };
    draw();
    this.#timer = setInterval(draw, 1000);
  }

  end(): void {
    if (this.#timer === undefined) return;
    clearInterval(this.#timer);
    this.#stream.write(`\r${' '.repeat(30)}\r`);
  }
}
