/** The scripts of `evenkeel completion` in the real shells: bash, zsh and fish. */
import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../support/directory.js';
import { mainFile } from '../support/process.js';
import { requireMachine } from '../support/requirements.js';

const run = promisify(execFile);
const home: { directory: string; removals: (() => Promise<void>)[] } = {
  directory: '',
  removals: [],
};

beforeAll(async () => {
  requireMachine({ programs: ['bash', 'zsh', 'fish'] });
  home.directory = await temporaryDirectory((remove) => home.removals.push(remove));
  await mkdir(join(home.directory, 'directory'));
  await writeFile(join(home.directory, 'before file.json'), '');
  for (const shell of Object.keys(shells)) {
    const { stdout } = await run(process.execPath, [mainFile, 'completion', shell]);
    await writeFile(join(home.directory, `.${shell}`), stdout);
  }
  return () => Promise.all(home.removals.map((remove) => remove()));
});

/** In bash a completion is a function that reads the line's words. */
const inBash = `
source .bash
line=$1
read -ra COMP_WORDS <<<"\${line//=/ = }"
[[ $line == *[\\ =] && $line != *= ]] && COMP_WORDS+=('')
COMP_CWORD=$((\${#COMP_WORDS[@]} - 1))
_evenkeel
printf '%s\\n' "\${COMPREPLY[@]}"
`;

/** zsh completes in its line editor only: a second zsh has a terminal, where Tab is pressed. */
const inZsh = `
zmodload zsh/zpty
zpty shell zsh -f -i
send() { zpty -w shell "$1" }
send 'PROMPT= RPROMPT= PS2='
send 'unsetopt prompt_cr prompt_sp; autoload -Uz compinit && compinit -u -D; source ./.zsh'
send 'bindkey "^I" complete-word'
send 'compadd() {
  if [[ \${@[1,(i)(-|--)]} == *-(O|A|D)\\ * ]]; then builtin compadd "$@"; return; fi
  local -a hits
  builtin compadd -A hits "$@"
  local hit
  for hit in $hits; do print -r -- "<<$hit>>"; done
  builtin compadd "$@"
}'
send 'finish() { print "<<END>>"; exit }; comppostfuncs=(finish); print "<<READY>>"'
zpty -r -m shell REPLY $'*\\n<<READY>>*'
zpty -w -n shell "$1"$'\\t'
zpty -r -m shell REPLY '*<<END>>*'
print -r -- "$REPLY"
`;

const inFish = `source .fish; complete -C $argv[1]`;

type Complete = (line: string) => Promise<string[]>;

async function printed(program: string, args: readonly string[]): Promise<string> {
  const options = { cwd: home.directory, timeout: 30_000 };
  return (await run(program, args, options)).stdout;
}

const shells: Readonly<Record<'bash' | 'zsh' | 'fish', Complete>> = {
  bash: async (line) =>
    (await printed('bash', ['--norc', '-c', inBash, 'bash', line])).split('\n').filter(Boolean),
  zsh: async (line) =>
    [...(await printed('zsh', ['-f', '-c', inZsh, 'zsh', line])).matchAll(/<<(.*?)>>/g)]
      .map(([, hit = '']) => hit)
      .filter((hit) => hit !== 'END'),
  fish: async (line) =>
    (await printed('fish', ['--no-config', '-c', inFish, line]))
      .split('\n')
      .map((hit) => hit.split('\t')[0] ?? '')
      .filter(Boolean),
};

describe.each(Object.entries(shells))('%s completes', (shell, complete) => {
  const sorted = async (line: string) => [...new Set(await complete(line))].toSorted();

  it.each([
    ['a command', 'evenkeel se', ['serve']],
    ['an action', 'evenkeel profile d', ['diff']],
    ['a shell', 'evenkeel completion z', ['zsh']],
    ['a flag', 'evenkeel serve --la', ['--lanes']],
    ['a flag of an action', 'evenkeel profile cpu --na', ['--native']],
    ['a flag that another command has not', 'evenkeel load --find', ['--find-max']],
    ['the words that a flag takes', 'evenkeel serve --lanes ', ['both', 'full']],
    ['one of the words', 'evenkeel load --keys z', ['zipfian']],
  ])('%s', async (_, line, words) => {
    expect(await sorted(line)).toEqual(words);
  });

  it('a directory where only one can be', async () => {
    const [found, ...others] = (await sorted('evenkeel serve --data ')).filter(
      (name) => !name.startsWith('.'),
    );
    expect(found?.replace(/\/$/, '')).toBe('directory');
    expect(others).toEqual([]);
  });

  it('a file behind a flag and as an operand', async () => {
    for (const line of ['evenkeel serve --tokens be', 'evenkeel compare be'])
      expect((await sorted(line)).map((name) => name.replaceAll('\\', ''))).toEqual([
        'before file.json',
      ]);
  });

  it('nothing where any text can be', async () => {
    expect(await sorted('evenkeel serve --port ')).toEqual([]);
  });

  it('nothing of other commands', async () => {
    expect(await sorted('evenkeel compare --lanes')).toEqual([]);
  });

  it.runIf(shell === 'bash')('a word behind =', async () => {
    expect(await sorted('evenkeel serve --lanes=f')).toEqual(['full']);
    expect(await sorted('evenkeel serve --lanes=')).toEqual(['both', 'full']);
  });
});
