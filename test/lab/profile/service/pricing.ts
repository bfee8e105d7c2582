/** The work of the service: two functions that take CPU time, one three times as much. */

export class PriceList {
  readonly #factor: number;

  constructor(factor: number) {
    this.#factor = factor;
  }

  total(turns: number): number {
    let sum = this.#factor;
    for (let i = 0; i < turns; i++) sum = (sum * 31 + i) | 0;
    return sum;
  }
}

export const discountFor = (turns: number): number => {
  let sum = 7;
  for (let i = 0; i < turns; i++) sum = (sum * 37 + i) | 0;
  return sum;
};
