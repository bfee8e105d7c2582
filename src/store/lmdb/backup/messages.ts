/** The messages between the main thread and the backup thread. */

export interface BackupThreadOptions {
  readonly directory: string;
  /** From when its transaction is open until it is given up, in ms. */
  readonly maxMs: number;
  /** It rests for so many ms after each ms of work. */
  readonly restPerWork: number;
}

export type BackupRequest =
  /** The state to be copied is in LMDB now. */
  | { readonly kind: 'begin' }
  /** One more piece may be sent. */
  | { readonly kind: 'take' }
  /** @property why it is given up */
  | { readonly kind: 'stop'; readonly why: string };

export type BackupReply =
  /** The thread has opened the file. */
  | { readonly kind: 'ready' }
  /** Its transaction is open: LMDB may change. */
  | { readonly kind: 'begun' }
  | { readonly kind: 'piece'; readonly piece: Uint8Array<ArrayBuffer> }
  /** All pieces were sent. */
  | { readonly kind: 'end' };
