/** How evenly a thread's answers come: its rate over short intervals. The interval follows from the latency, as in wrk2. */
import { Histogram, histogramSlots } from '../histogram/histogram.js';

const leastMs = 10;

export class RateSampler {
  readonly #calibration = new Histogram();
  /** Requests a second. */
  readonly slots = new Float64Array(histogramSlots);
  readonly #rates = new Histogram(this.slots);
  #calibratedUs: number;
  readonly #endUs: number;
  #intervalUs = 0;
  #sinceUs = 0;
  #answers = 0;

  /** @param calibratedUs when the interval is chosen, from the latencies up to then */
  constructor(calibratedUs: number, endUs: number) {
    this.#calibratedUs = calibratedUs;
    this.#endUs = endUs;
  }

  answer(latencyUs: number): void {
    this.#answers++;
    if (this.#intervalUs === 0) this.#calibration.record(latencyUs);
  }

  /** To be called often. Returns true the one time that the interval is chosen. */
  sample(nowUs: number): boolean {
    if (this.#intervalUs === 0) {
      if (nowUs < this.#calibratedUs) return false;
      const wantedUs = Math.max(leastMs * 1000, 2 * this.#calibration.valueAtPercentile(90));
      // At least ten samples in what is left of the run, if that is not too short.
      this.#intervalUs = Math.max(leastMs * 1000, Math.min(wantedUs, (this.#endUs - nowUs) / 10));
      this.#restart(nowUs);
      return true;
    }
    const elapsedUs = nowUs - this.#sinceUs;
    if (elapsedUs < this.#intervalUs) return false;
    this.#rates.record((this.#answers / elapsedUs) * 1e6);
    this.#restart(nowUs);
    return false;
  }

  #restart(nowUs: number): void {
    this.#sinceUs = nowUs;
    this.#answers = 0;
  }

  get calibrationMeanUs(): number {
    return this.#calibration.mean;
  }

  get samplingMs(): number {
    return Math.floor(this.#intervalUs / 1000);
  }
}
