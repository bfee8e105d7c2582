/** Errors of a load run that are not mistakes in code: each prints as one line without a stack. */

/** The script does not load, or one of its hooks failed. The message names file and line. */
export class ScriptError extends Error {
  override readonly name: string = 'ScriptError';
}

/** The script has called os.exit(): the command ends with its exit code. */
export class ScriptExit extends ScriptError {
  override readonly name = 'ScriptExit';
  /** 0 … 255. */
  readonly code: number;

  /** @param code as given; its lowest byte counts */
  constructor(code: number) {
    super(`the script ended the run with os.exit(${code})`);
    this.code = code & 0xff;
  }
}

/** Nothing could be sent: the name does not resolve, or no connection opened. */
export class TargetError extends Error {
  override readonly name = 'TargetError';
}

/** A text is not the record of a run, or not of this version. The message names file and field. */
export class RecordError extends Error {
  override readonly name = 'RecordError';
}
