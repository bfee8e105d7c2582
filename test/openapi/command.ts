/**
 * `npm run test:openapi`: schemathesis makes requests from the document that a real server sends,
 * right ones and wrong ones, and compares each response with the document.
 */
import { type SpawnSyncReturns, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { serve } from '#dist/server/server.js';

const help = `npm run test:openapi -- [--examples N] [--seed N]

  --examples N  requests per operation, and per kind of request, at most (50)
  --seed N      where the random choices begin (1)

Exits with 1 for a fault, and with 2 if schemathesis is missing or the command line is wrong.
`;

/** Where .ci/run installs it. */
const environment = 'build/schemathesis';
const requirements = 'test/openapi/requirements.txt';

const { examples, seed } = optionsOf(process.argv.slice(2));
const program = findProgram();
const home = mkdtempSync(join(tmpdir(), 'evenkeel-openapi-'));
const server = await serve({ data: join(home, 'data'), port: 0 });
const run = spawn(
  program,
  [
    ...['--config-file', 'test/openapi/schemathesis.toml', 'run', `${server.url}/v0/openapi.json`],
    ...['--max-examples', examples, '--seed', seed, '--generation-database', 'none'],
  ],
  { stdio: 'inherit' },
);
const [code] = await once(run, 'exit');
await server.close();
rmSync(home, { recursive: true });
process.exitCode = code === 0 ? 0 : 1;

function optionsOf(args: readonly string[]): { examples: string; seed: string } {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        examples: { type: 'string', default: '50' },
        seed: { type: 'string', default: '1' },
      },
    });
    for (const [name, value] of Object.entries(values))
      if (!/^[1-9][0-9]{0,8}$/.test(value)) throw new Error(`--${name} takes a number from 1`);
    return values;
  } catch (error) {
    return leave(`${(error as Error).message}\n\n${help}`);
  }
}

function findProgram(): string {
  const local = join(environment, 'bin/schemathesis');
  if (existsSync(local)) return local;
  if (spawnSync('schemathesis', ['--version']).status === 0) return 'schemathesis';
  const python: SpawnSyncReturns<Buffer> = spawnSync('python3', ['-m', 'venv', '--help']);
  if (python.status !== 0)
    return leave('test:openapi needs Python 3 with venv: apt-get install python3-venv\n');
  return leave(
    `test:openapi needs schemathesis, from PyPI:\n  python3 -m venv ${environment}\n` +
      `  ${environment}/bin/pip install -r ${requirements}\n`,
  );
}

function leave(text: string): never {
  process.stderr.write(text);
  process.exit(2);
}
