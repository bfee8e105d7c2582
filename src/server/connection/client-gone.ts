/** The client went away: nothing more is computed for it, and no response is due. */
export class ClientGone extends Error {
  override readonly name = 'ClientGone';
}
