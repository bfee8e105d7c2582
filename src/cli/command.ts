/** A command as main.ts and completion know it, without its code. */
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
 * commands imports none. With a command nothing is imported but its help, which is to come at once.
 * Its `run` imports the rest.
 */
export type Commands = Readonly<
  Record<string, readonly [summary: string, load: () => Promise<Command>]>
>;
