/** One line on a terminal that counts the seconds of a sampling, and is gone at its end. */
export async function counting<Result>(seconds: number, run: Promise<Result>): Promise<Result> {
  const terminal = process.stderr;
  if (!terminal.isTTY) return run;
  let second = 0;
  const draw = () => {
    terminal.write(
      second <= seconds
        ? `\r  sampling ${second} of ${seconds} s`
        : '\r  collecting the samples    ',
    );
    second++;
  };
  draw();
  const timer = setInterval(draw, 1000);
  return run.finally(() => {
    clearInterval(timer);
    terminal.write(`\r${' '.repeat(30)}\r`);
  });
}
