/** Numbers as people read them. */

/** 12 345 678, with spaces that do not break. */
export function thousands(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, '\u00a0');
}

/** Milliseconds, with three digits where there are so many. */
export function ms(value: number): string {
  return value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0);
}

export function mebibytes(bytes: number): string {
  return `${thousands(bytes / 1024 ** 2)} MiB`;
}
