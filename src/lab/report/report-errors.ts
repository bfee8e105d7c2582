/** Expected failures of a report. Each is printed as one line, without a stack. */

/** A file is not a report, or a profile of it is missing. The message names the file. */
export class ReportError extends Error {
  override readonly name = 'ReportError';
}

/** The server did not start, or ended while it was needed. */
export class ServerUnderTestError extends Error {
  override readonly name = 'ServerUnderTestError';
}
