/** Completion for fish. */
import { type Completed, type CompletedFlag, quoted, type Taken } from './completed.js';

export function fishCompletion(commands: readonly Completed[]): string {
  const first = commands.filter(({ words }) => !words.includes(' '));
  const lines = [
    ...first.map(({ words, summary }) => line('__evenkeel_at', `-a ${words}`, summary)),
    line('__evenkeel_at', '-l help', 'print the help'),
    line('__evenkeel_at', '-l version', 'print the version and its commit'),
    ...commands.flatMap(linesOf),
  ];
  return `# The completion of evenkeel for fish, by: evenkeel completion fish
# The words before the cursor are these alone.
function __evenkeel_at
    set -l words (commandline -opc)
    set -e words[1]
    test "$words" = "$argv"
end
# The words before the cursor begin with these.
function __evenkeel_in
    set -l words (commandline -opc)
    set -e words[1]
    test (count $words) -ge (count $argv)
    and test "$words[1..$(count $argv)]" = "$argv"
end
complete -c evenkeel -f
${lines.join('\n')}
`;
}

function linesOf({ words, flags, actions }: Completed): string[] {
  if (actions.length > 0)
    return [
      ...actions.map((action) => line(`__evenkeel_at ${words}`, `-a ${action}`)),
      line(`__evenkeel_at ${words}`, '-l help', 'print the help'),
    ];
  const within = `__evenkeel_in ${words}`;
  return [...flags.map((flag) => line(within, optionOf(flag), flag.help)), line(within, '-F')];
}

function line(condition: string, option: string, text?: string): string {
  const description = text === undefined ? '' : ` -d ${fishQuoted(text)}`;
  return `complete -c evenkeel -n ${quoted(condition)} ${option}${description}`;
}

const values: Readonly<Record<Exclude<Taken['kind'], 'words'>, string>> = {
  nothing: '',
  file: ' -r -F',
  directory: " -x -a '(__fish_complete_directories)'",
  text: ' -x',
};

function optionOf({ name, short, taken }: CompletedFlag): string {
  const names = short === undefined ? `-l ${name}` : `-s ${short} -l ${name}`;
  const after =
    taken.kind === 'words' ? ` -x -a ${quoted(taken.words.join(' '))}` : values[taken.kind];
  return names + after;
}

/** fish knows backslashes within single quotes. */
function fishQuoted(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`;
}
