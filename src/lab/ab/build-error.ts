/** A build did not start, or ended while it was needed. */
export class BuildError extends Error {
  override readonly name = 'BuildError';
}
