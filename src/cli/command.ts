/** What main.ts and completion know of a command, without its code. */
import type { Rows } from './args/flags.js';

export type Command = {
  readonly summary: string;
  readonly help: string;
  /** Errors whose message is enough for a user. All others are shown with their stack. */
  readonly errors: readonly (new (
    ...args: never[]
  ) => Error)[];
  /** Runs to the end. Sets an exit code other than 0, or throws. */
  readonly run: (args: readonly string[], version: string, commands: Commands) => Promise<void>;
} & Flagged;

/** The flags of a command; or its actions (`profile cpu`), and the flags of each. */
export type Flagged =
  | { readonly flags: Rows; readonly actions?: undefined }
  | { readonly flags?: undefined; readonly actions: Readonly<Record<string, Rows>> };

/**
 * The commands by their names. The summary stands here as well as in the command: a list of all
 * commands imports none. Nothing but the help of a command may be imported with it, for the help
 * is to come at once. What it runs is imported by `run`.
 */
export type Commands = Readonly<
  Record<string, readonly [summary: string, load: () => Promise<Command>]>
>;
