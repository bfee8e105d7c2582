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

/** Where a backup is damaged. */
export interface DamagedPlace {
  /** In the file or stream. */
  readonly offset: number;
  readonly key?: Buffer | undefined;
  readonly what: string;
}

/** An expected failure, for the operator. */
export class BackupError extends Error {
  override readonly name = 'BackupError';
  readonly code: BackupErrorCode;
  /** Set with `damaged`, if the damage has a place. */
  readonly place: DamagedPlace | undefined;

  constructor(code: BackupErrorCode, message: string, place?: DamagedPlace) {
    super(message);
    this.code = code;
    this.place = place;
  }
}
