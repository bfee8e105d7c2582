/** A thread's rate over short intervals, whose length follows from the latency, as in wrk2. */
import { Histogram, histogramLength } from '../histogram/histogram.js';

const minIntervalUs = 10_000;

export class RateSampler {
  readonly #calibration = new Histogram();
  /** A histogram of requests per second. */
  readonly rates = new Float64Array(histogramLength);
  readonly #rates = new Histogram(this.rates);
  #calibratedUs: number;
  readonly #endUs: number;
  #intervalUs = 0;
  #sinceUs = 0;
  #responses = 0;

  /** @param calibratedUs when the interval is chosen, from the latencies up to then */
  constructor(calibratedUs: number, endUs: number) {
    this.#calibratedUs = calibratedUs;
    this.#endUs = endUs;
  }

  response(latencyUs: number): void {
    this.#responses++;
    if (this.#intervalUs === 0) this.#calibration.record(latencyUs);
  }

  /** Call it often. Returns true the one time that the interval is chosen. */
  sample(nowUs: number): boolean {
    if (this.#intervalUs === 0) {
      if (nowUs < this.#calibratedUs) return false;
      const wantedUs = Math.max(minIntervalUs, 2 * this.#calibration.valueAtPercentile(90));
      // At least ten samples in what is left of the run, if that is not too short.
      this.#intervalUs = Math.max(minIntervalUs, Math.min(wantedUs, (this.#endUs - nowUs) / 10));
      this.#restart(nowUs);
      return true;
    }
    const elapsedUs = nowUs - this.#sinceUs;
    if (elapsedUs < this.#intervalUs) return false;
    this.#rates.record((this.#responses / elapsedUs) * 1e6);
    this.#restart(nowUs);
    return false;
  }

  #restart(nowUs: number): void {
    this.#sinceUs = nowUs;
    this.#responses = 0;
  }

  get calibrationMeanUs(): number {
    return this.#calibration.mean;
  }

  get samplingMs(): number {
    return Math.floor(this.#intervalUs / 1000);
  }
}
