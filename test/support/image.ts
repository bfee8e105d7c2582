/**
 * Builds the Containerfile without an engine. Each stage has a directory in place of a file system
 * of its own: absolute paths of the image lead below it, and the programs are this machine's.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const home = fileURLToPath(new URL('../..', import.meta.url));

export interface Image {
  /** A path of the image, on this machine. */
  path(inside: string): string;
  readonly user: string;
  readonly env: Readonly<Record<string, string>>;
  readonly volume: string;
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
  readonly healthCheck: readonly string[];
}

interface Stage {
  readonly root: string;
  workdir: string;
  readonly last: Map<string, string>;
}

/** @param directory where it is built; nothing is written anywhere else */
export function buildImage(directory: string): Image {
  const stages = new Map<string, Stage>();
  let stage: Stage = { root: directory, workdir: '/', last: new Map() };
  for (const [instruction, text] of instructions()) {
    if (instruction === 'FROM') {
      const name = / AS (\w+)$/.exec(text)?.[1] ?? 'image';
      stage = { root: join(directory, name), workdir: '/', last: new Map() };
      stages.set(name, stage);
      mkdirSync(join(stage.root, 'usr/local/bin'), { recursive: true });
    } else if (instruction === 'WORKDIR') {
      stage.workdir = text;
      mkdirSync(join(stage.root, text), { recursive: true });
    } else if (instruction === 'COPY') copy(text, stage, stages);
    else if (instruction === 'RUN') runStep(text, stage);
    else stage.last.set(instruction, text);
  }
  return imageOf(stage);
}

function imageOf({ root, last }: Stage): Image {
  const text = (instruction: string) => last.get(instruction) ?? '';
  const list = (json: string) => JSON.parse(json) as string[];
  return {
    path: (inside) => join(root, inside),
    user: text('USER'),
    env: Object.fromEntries(
      text('ENV')
        .split(' ')
        .map((pair) => pair.split('=')),
    ),
    volume: text('VOLUME'),
    entrypoint: list(text('ENTRYPOINT')),
    command: list(text('CMD')),
    healthCheck: list(text('HEALTHCHECK').replace(/^.*?CMD /s, '')),
  };
}

/** Lines that end in a backslash go on. */
function instructions(): [string, string][] {
  const text = readFileSync(join(home, 'Containerfile'), 'utf8').replace(/^#.*\n/gm, '');
  const lines = text.replaceAll('\\\n', '').split('\n').filter(Boolean);
  return lines.map((line) => {
    const [, instruction = '', rest = ''] = /^([A-Z]+) (.*)$/.exec(line) ?? [];
    if (!known.has(instruction)) throw new Error(`the test does not know this line: ${line}`);
    return [instruction, rest];
  });
}

const known = new Set(
  'FROM WORKDIR COPY RUN USER ENV VOLUME EXPOSE HEALTHCHECK ENTRYPOINT CMD'.split(' '),
);

function copy(text: string, stage: Stage, stages: ReadonlyMap<string, Stage>): void {
  const words = text.split(' ');
  const from = words[0]?.startsWith('--from=') ? words.shift()?.slice('--from='.length) : undefined;
  const to = resolve(stage.root, `.${stage.workdir}`, words.pop() as string);
  if (from === undefined) {
    copyContext(to);
    return;
  }
  const { root } = stages.get(from) as Stage;
  for (const word of words) {
    const source = join(root, word);
    const isInto = text.endsWith('./') && words.length > 1;
    cpSync(source, isInto ? join(to, basename(source)) : to, { recursive: true });
  }
}

/** The context is what git tracks: `.dockerignore` leaves out the rest. */
function copyContext(to: string): void {
  const list = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
  const files = execFileSync('git', list, { cwd: home, encoding: 'utf8' }).split('\0');
  for (const file of files.filter(Boolean)) {
    mkdirSync(dirname(join(to, file)), { recursive: true });
    cpSync(join(home, file), join(to, file));
  }
}

function runStep(text: string, { root, workdir }: Stage): void {
  // Such a path would lead out of the directory.
  if (/['"=:]\/|\/\.\./.test(text)) throw new Error(`the test does not know this path: ${text}`);
  const script = text.replace(/(?<= )\/(?=[a-z])/g, `${root}/`);
  execFileSync('sh', ['-ec', script], { cwd: join(root, workdir), stdio: 'pipe' });
}
