/** Why a backup can't be used, or was not made. */

export type BackupErrorCode =
  /** Another one of the store runs. */
  | 'busy'
  /** Its bytes have changed, or some are missing. */
  | 'damaged'
  /** It never was a backup. */
  | 'not-a-backup'
  /** The store that made it gave it up. */
  | 'given-up';

/** An expected failure, for the operator. */
export class BackupError extends Error {
  override readonly name = 'BackupError';
  readonly code: BackupErrorCode;
  /** Of the damage, in the file or stream. */
  readonly offset: number | undefined;

  constructor(code: BackupErrorCode, message: string, offset?: number) {
    super(message);
    this.code = code;
    this.offset = offset;
  }
}
