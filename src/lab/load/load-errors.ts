/** What can end a load run that is not the caller's mistake in code. Each is printed as one message, without a stack. */

/** The script does not load, or one of its hooks failed. The message names file and line. */
export class ScriptError extends Error {
  override readonly name = 'ScriptError';
}

/** Nothing could be sent: the name does not resolve, or no connection opened. */
export class TargetError extends Error {
  override readonly name = 'TargetError';
}
