/** `evenkeel completion`: the script that has a shell complete our command line. */
import { UsageError } from '../config/parsers.js';
import { textsOf } from './args/flags.js';
import type { Commands } from './command.js';
import { bashCompletion } from './completion/bash.js';
import { completedCommands } from './completion/completed.js';
import { fishCompletion } from './completion/fish.js';
import { zshCompletion } from './completion/zsh.js';
import { exitCodes } from './exit-codes.js';

const scripts = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion } as const;
const shells = Object.keys(scripts) as (keyof typeof scripts)[];

export const summary = 'print the completion of a shell';

export const errors = [];

export const actions = Object.fromEntries(shells.map((shell) => [shell, {}]));

export const help = `evenkeel completion: ${summary}

Usage: evenkeel completion ${shells.join('|')}

The script completes commands, flags, files, and words where only some are taken.

Exit codes:
  ${exitCodes.fine}    printed
  ${exitCodes.usage}    a wrong command line

Examples:
  evenkeel completion bash > ~/.local/share/bash-completion/completions/evenkeel
  evenkeel completion zsh > ~/.zfunc/_evenkeel     # a directory of fpath, before compinit
  evenkeel completion fish > ~/.config/fish/completions/evenkeel.fish
  source <(evenkeel completion bash)
`;

export async function run(
  [given, ...args]: readonly string[],
  _: string,
  commands: Commands,
): Promise<void> {
  const shell = shells.find((name) => name === given);
  if (shell === undefined)
    throw new UsageError(`completion takes ${shells.join(', ')}, got '${given ?? ''}'`);
  textsOf({}, args);
  process.stdout.write(scripts[shell](await completedCommands(commands)));
}
