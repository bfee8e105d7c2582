/** Completion for bash 3.2 and later, which the package bash-completion need not be there for. */
import { type Completed, type CompletedFlag, quoted, spellings, type Taken } from './completed.js';

export function bashCompletion(commands: readonly Completed[]): string {
  const first = commands.filter(({ words }) => !words.includes(' ')).map(({ words }) => words);
  const withActions = commands.filter(({ actions }) => actions.length > 0);
  return `# The completion of evenkeel for bash, by: evenkeel completion bash
_evenkeel_words() {
  COMPREPLY=($(compgen -W "$1" -- "$current"))
}
_evenkeel_paths() {
  local IFS=$'\\n'
  compopt -o filenames 2>/dev/null
  COMPREPLY=($(compgen "$1" -- "$current"))
}
_evenkeel() {
  local current=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]}
  local command=\${COMP_WORDS[1]}
  COMPREPLY=()
  # bash parts --flag=value into three words.
  if [[ $current == = ]]; then
    current=
  elif [[ $before == = ]]; then
    before=\${COMP_WORDS[COMP_CWORD-2]}
  fi
  if ((COMP_CWORD == 1)); then
    _evenkeel_words ${quoted([...first, '--help', '--version'].join(' '))}
    return
  fi
  case $command in
${withActions.map(actionsCase).join('\n')}
  esac
  case "$command $before" in
${commands.flatMap(valueCases).join('\n')}
  esac
  if [[ $current != -* ]]; then
    _evenkeel_paths -f
    return
  fi
  case $command in
${commands.map(flagsCase).join('\n')}
  esac
}
complete -F _evenkeel evenkeel
`;
}

function actionsCase({ words, actions }: Completed): string {
  return `    ${words})
      if ((COMP_CWORD == 2)); then
        _evenkeel_words ${quoted([...actions, '--help'].join(' '))}
        return
      fi
      command="${words} \${COMP_WORDS[2]}"
      ;;`;
}

const steps: Readonly<Record<Taken['kind'], string>> = {
  nothing: '',
  words: '_evenkeel_words',
  file: '_evenkeel_paths -f; return',
  directory: '_evenkeel_paths -d; return',
  text: 'return',
};

/** The flags that take the same are one case. */
function valueCases({ words, flags }: Completed): string[] {
  const byStep = new Map<string, CompletedFlag[]>();
  for (const flag of flags.filter(({ taken }) => taken.kind !== 'nothing')) {
    const { taken } = flag;
    const step =
      taken.kind === 'words'
        ? `${steps.words} ${quoted(taken.words.join(' '))}; return`
        : steps[taken.kind];
    byStep.set(step, [...(byStep.get(step) ?? []), flag]);
  }
  return [...byStep].map(([step, flags]) => {
    const patterns = flags.flatMap(spellings).map((flag) => quoted(`${words} ${flag}`));
    return `    ${patterns.join(' | ')}) ${step} ;;`;
  });
}

function flagsCase({ words, flags }: Completed): string {
  const names = flags.map(({ name }) => `--${name}`).join(' ');
  return `    ${quoted(words)}) _evenkeel_words ${quoted(names)} ;;`;
}
