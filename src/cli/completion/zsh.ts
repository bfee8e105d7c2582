/** Completion for zsh, by its function `_arguments`. */
import { type Completed, type CompletedFlag, quoted, type Taken } from './completed.js';

export function zshCompletion(commands: readonly Completed[]): string {
  const first = commands.filter(({ words }) => !words.includes(' '));
  const withActions = commands.filter(({ actions }) => actions.length > 0);
  const withFlags = commands.filter(({ actions }) => actions.length === 0);
  return `#compdef evenkeel
# The completion of evenkeel for zsh, by: evenkeel completion zsh
_evenkeel() {
  local -a choices
  if ((CURRENT == 2)); then
    choices=(
${first.map(({ words, summary }) => `      ${quoted(`${words}:${summary}`)}`).join('\n')}
      '--help:print the help'
      '--version:print the version and its commit'
    )
    _describe command choices
    return
  fi
  local command=$words[2]
  case $command in
${withActions.map(actionsCase).join('\n')}
  esac
  shift words
  ((CURRENT--))
  case $command in
${withFlags.map(flagsCase).join('\n')}
  esac
}
if [[ $funcstack[1] == _evenkeel ]]; then
  _evenkeel "$@"
else
  compdef _evenkeel evenkeel
fi
`;
}

function actionsCase({ words, actions }: Completed): string {
  return `    ${words})
      if ((CURRENT == 3)); then
        choices=(${actions.join(' ')} --help)
        _describe action choices
        return
      fi
      command="${words} $words[3]"
      shift words
      ((CURRENT--))
      ;;`;
}

function flagsCase({ words, flags }: Completed): string {
  const specifications = flags.map((flag) => `        ${specificationOf(flag)}`);
  return `    ${quoted(words)})
      _arguments -s -S \\
${[...specifications, "        '*:file:_files'"].join(' \\\n')}
      ;;`;
}

const actions: Readonly<Record<Exclude<Taken['kind'], 'words' | 'nothing'>, string>> = {
  file: '_files',
  directory: '_files -/',
  text: ' ',
};

function specificationOf({ name, short, help, value, taken, isList }: CompletedFlag): string {
  const text = `[${help.replace(/[[\]\\]/g, '\\$&')}]`;
  const [afterShort, afterLong] = taken.kind === 'nothing' ? ['', ''] : ['+', '='];
  const names =
    short === undefined
      ? quoted(`${isList ? '*' : ''}--${name}${afterLong}${text}${argument(value, taken)}`)
      : `${isList ? "'*'" : quoted(`(-${short} --${name})`)}` +
        `{-${short}${afterShort},--${name}${afterLong}}${quoted(text + argument(value, taken))}`;
  return names;
}

function argument(value: string, taken: Taken): string {
  if (taken.kind === 'nothing') return '';
  const action = taken.kind === 'words' ? `(${taken.words.join(' ')})` : actions[taken.kind];
  return `:${value.replaceAll(':', '\\:')}:${action}`;
}
