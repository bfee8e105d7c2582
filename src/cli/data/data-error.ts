/** An import, export or copy could not go on: the server, the network or a file is the cause. */
export class DataError extends Error {
  override readonly name = 'DataError';
}
