/**
 * The CRC-32 of two byte strings, one behind the other, from the CRC-32 of each: zlib's
 * crc32_combine. So a value can be checked in pieces before the bytes in front of it are known.
 *
 * A CRC is a polynomial over GF(2), modulo zlib's. Each byte behind the first string multiplies its
 * polynomial by x^8. Bit 31 of a number is the coefficient of x^0.
 */
const polynomial = 0xedb88320;
const one = 0x80000000;

/** The product of two polynomials. */
function multiply(a: number, b: number): number {
  let product = 0;
  let shifted = b;
  for (let bit = one; bit !== 0; bit >>>= 1) {
    if (a & bit) product ^= shifted;
    shifted = shifted & 1 ? (shifted >>> 1) ^ polynomial : shifted >>> 1;
  }
  return product >>> 0;
}

/** x to the power of 2^n, for each n below 32. */
const powers = [one >>> 1];
for (let n = 1; n < 32; n++) {
  const last = powers[n - 1] as number;
  powers.push(multiply(last, last));
}

/** @param bytes the length of the second string, below 2^29 */
export function joinCrc(first: number, second: number, bytes: number): number {
  let shift = one;
  for (let n = 0, bits = bytes * 8; bits > 0; n++, bits = Math.floor(bits / 2))
    if (bits % 2 === 1) shift = multiply(powers[n] as number, shift);
  return (multiply(shift, first) ^ second) >>> 0;
}
