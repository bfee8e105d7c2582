/** The command line as completion sees it: the tables of the help, and what each flag takes. */
import type { Row, Rows } from '../args/flags.js';
import type { Commands } from '../command.js';

/** The word behind a flag. Nothing is known of a text. */
export type Taken =
  | { readonly kind: 'nothing' | 'file' | 'directory' | 'text' }
  | { readonly kind: 'words'; readonly words: readonly string[] };

export interface CompletedFlag {
  /** Without dashes. */
  readonly name: string;
  readonly short: string | undefined;
  readonly help: string;
  /** The placeholder of its value, such as `PORT`. */
  readonly value: string;
  readonly taken: Taken;
  readonly isList: boolean;
}

/** A command, or an action of one: `profile cpu`. */
export interface Completed {
  readonly words: string;
  readonly summary: string;
  readonly flags: readonly CompletedFlag[];
  /** The next word, of a command that has actions. It then takes no flag but --help. */
  readonly actions: readonly string[];
}

/** Imports all commands: their flags are in no other place. */
export async function completedCommands(commands: Commands): Promise<readonly Completed[]> {
  const all = Object.entries(commands).map(async ([name, [summary, load]]) => {
    const { flags = {}, actions = {} } = await load();
    const ofActions = Object.entries(actions).map(([action, flags]) => {
      return { words: `${name} ${action}`, summary, flags: completedFlags(flags), actions: [] };
    });
    const command = { words: name, summary, flags: completedFlags(flags) };
    return [{ ...command, actions: Object.keys(actions) }, ...ofActions];
  });
  return (await Promise.all(all)).flat();
}

const help: Rows = { help: { help: 'print the help', short: 'h' } };

function completedFlags(rows: Rows): CompletedFlag[] {
  return Object.entries({ ...rows, ...help }).map(([name, row]) => {
    const { help, short, value = '', isList = false } = row;
    return { name, short, help, value, taken: takenBy(row), isList };
  });
}

const kinds: Readonly<Record<string, 'file' | 'directory'>> = {
  FILE: 'file',
  PATH: 'file',
  DIR: 'directory',
  STORE: 'directory',
};

function takenBy({ value, parse }: Row): Taken {
  if (value === undefined) return { kind: 'nothing' };
  if (parse?.words) return { kind: 'words', words: parse.words };
  return { kind: kinds[value] ?? 'text' };
}

/** All spellings of a flag. */
export function spellings({ name, short }: CompletedFlag): string[] {
  return [`--${name}`, ...(short === undefined ? [] : [`-${short}`])];
}

/** A text in single quotes, for a shell. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
