/** Student's t distribution, for intervals of few rounds. */

/** The value that a t of so many degrees of freedom does not exceed with this probability. */
export function studentQuantile(probability: number, freedom: number): number {
  if (probability < 0.5) return -studentQuantile(1 - probability, freedom);
  let [low, high] = [0, 1];
  while (upperTail(high, freedom) > 1 - probability && high < 1e12) [low, high] = [high, 2 * high];
  for (let step = 0; step < 200 && high - low > 1e-12 * high; step++) {
    const middle = (low + high) / 2;
    if (upperTail(middle, freedom) > 1 - probability) low = middle;
    else high = middle;
  }
  return high;
}

/** The probability of a larger t. */
function upperTail(t: number, freedom: number): number {
  return incompleteBeta(freedom / (freedom + t * t), freedom / 2, 1 / 2) / 2;
}

/** The regularized incomplete beta function, by its continued fraction (Lentz's method). */
function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const front = Math.exp(
    logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x),
  );
  // The fraction converges fast below the mean only; above it, the other tail is computed.
  return x < (a + 1) / (a + b + 2)
    ? (front * fraction(x, a, b)) / a
    : 1 - (front * fraction(1 - x, b, a)) / b;
}

const tiny = 1e-300;

function fraction(x: number, a: number, b: number): number {
  const bounded = (value: number) => (Math.abs(value) < tiny ? tiny : value);
  let c = 1;
  let d = 1 / bounded(1 - ((a + b) * x) / (a + 1));
  let product = d;
  for (let m = 1; m <= 300; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    for (const term of [even, odd]) {
      d = 1 / bounded(1 + term * d);
      c = bounded(1 + term / c);
      product *= c * d;
    }
    if (Math.abs(c * d - 1) < 1e-14) break;
  }
  return product;
}

const lanczos = [
  76.18009172947146, -86.50532032941678, 24.01409824083091, -1.231739572450155,
  0.1208650973866179e-2, -0.5395239384953e-5,
];

/** ln Γ by Lanczos' series; wrong by less than 2e-10. */
function logGamma(x: number): number {
  const shifted = x + 5.5;
  const sum = lanczos.reduce(
    (total, term, index) => total + term / (x + 1 + index),
    1.000000000190015,
  );
  return (x + 0.5) * Math.log(shifted) - shifted + Math.log((Math.sqrt(2 * Math.PI) * sum) / x);
}
