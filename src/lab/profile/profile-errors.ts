/**
 * Expected failures to take or read a profile. Each is printed
 * as one line, without a stack.
 */

type ProfileErrorCode =
  /** There is no process of that id, or it ended meanwhile. */
  | 'gone'
  | 'not-permitted'
  | 'not-node'
  /** Its inspector does not open, or does not answer. */
  | 'inspector'
  /** An admin port that does not answer, or answers otherwise. */
  | 'admin'
  | 'busy'
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
