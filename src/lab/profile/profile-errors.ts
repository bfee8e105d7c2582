/** Expected failures to take or read a profile. Each is printed as one line, without a stack. */

type ProfileErrorCode =
  /** No process has that id, or it ended. */
  | 'gone'
  | 'not-permitted'
  | 'not-node'
  /** Its inspector does not open or respond. */
  | 'inspector'
  /** An admin port that does not respond as one. */
  | 'admin'
  | 'busy'
  /** The process is on another machine, and its clock another one. */
  | 'remote'
  /** The system does not keep the figures that are needed. */
  | 'platform'
  /** The admin server can't listen. */
  | 'listen'
  /** Linux's perf is missing or may not be used. */
  | 'perf'
  /** A file that is not a profile. */
  | 'unreadable';

export class ProfileError extends Error {
  override readonly name = 'ProfileError';
  readonly code: ProfileErrorCode;

  constructor(code: ProfileErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
