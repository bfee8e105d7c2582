/** `evenkeel token`: makes a token, and the line of it for a server. */
import { optional, UsageError } from '../config/parsers.js';
import { AccessError } from '../server/access/access-error.js';
import { describeFlags, on, parseCommandLine } from './args/flags.js';
import { keyFromText } from './data/key-text.js';
import { exitCodes } from './exit-codes.js';

const newFlags = {
  read: on('it may read'),
  write: on('it may read, write and remove'),
  admin: on('it may do all, and use the admin port'),
  prefix: {
    value: 'KEY',
    help: 'limits it to keys that begin so (all)',
    ...optional(keyFromText),
  },
};

export const summary = 'make a token for a server, and its line for --tokens';

export const errors = [AccessError];

export const actions = { new: newFlags };

export const help = `evenkeel token: ${summary}

Usage: evenkeel token new NAME (--read | --write | --admin) [--prefix KEY]

${describeFlags(newFlags)}

The first line of the output is the token. It is random, and it is not kept anywhere, so it cannot
be shown again. The second line goes into the file of evenkeel serve --tokens, which is an array:

  [
    {"name":"app","sha256":"…","access":"write"},
    {"name":"dashboard","sha256":"…","access":"read","prefix":"page:"}
  ]

The file holds the SHA-256 of each token. A server takes a change within a second. To revoke a
token, remove its line. In a KEY, %25 is a percent sign, and %FF any byte. A token with a prefix may
ask for ranges that lie within it.

Exit codes:
  ${exitCodes.fine}    printed
  ${exitCodes.usage}    a wrong command line

Examples:
  evenkeel token new app --write
  evenkeel token new dashboard --read --prefix page:
  curl -H "Authorization: Bearer $(cat token)" 'http://127.0.0.1:8080/v0/entity?id=hello'
`;

export async function run([what, ...args]: readonly string[]): Promise<void> {
  if (what !== 'new') throw new UsageError("token takes 'new' first: evenkeel token new NAME");
  const { values, operands } = parseCommandLine(newFlags, args);
  const [name, ...more] = operands;
  if (name === undefined || more.length > 0)
    throw new UsageError(`token new takes one name, got ${operands.length}`);
  if (!/^[ -~]{1,64}$/.test(name))
    throw new UsageError('token new takes a name of 1 to 64 printable characters of ASCII');
  const { accesses } = await import('../server/access/tokens.js');
  const [access, ...others] = accesses.filter((access) => values[access]);
  if (access === undefined || others.length > 0)
    throw new UsageError('give one of --read, --write and --admin');
  if (access === 'admin' && values.prefix)
    throw new UsageError('--admin and --prefix exclude each other; give --write and --prefix');
  const { makeToken } = await import('../server/access/token-file.js');
  const { token, line } = makeToken(name, access, values.prefix);
  process.stdout.write(`${token}\n${line}\n`);
  process.stderr.write('The first line is the token. It is not shown again.\n');
}
