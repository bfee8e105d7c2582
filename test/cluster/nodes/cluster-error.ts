/** A failure that its reader can mend: the command prints the message alone, without a stack. */
export class ClusterError extends Error {
  override readonly name = 'ClusterError';
}
