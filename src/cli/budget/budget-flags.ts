/** The flags of `evenkeel budget`: its own, and those of `load` that say what one request is. */
import { tmpdir } from 'node:os';
import { optional, text, UsageError, wholeNumber, withDefault } from '../../config/parsers.js';
import { outputFile } from '../args/files.js';
import { type Flags, on } from '../args/flags.js';
import { percentage } from '../args/units.js';
import { ourFlags, wrkFlags } from '../load/load-flags.js';

const command = {
  value: 'COMMAND',
  help: 'starts the server, one process of Node; {port} and {dir} are filled in',
  ...optional((given: string) => {
    if (!given.includes('{port}')) throw new UsageError('a command with {port} in it');
    return given;
  }),
};

const common = {
  file: {
    value: 'FILE',
    help: 'the budget',
    ...withDefault(text('the name of a file'), 'budget.json'),
  },
  command,
  dir: {
    value: 'DIR',
    help: 'where {dir} is made, and removed again',
    ...withDefault(text('a directory'), tmpdir(), 'for temporary files'),
  },
};

/** They, and the path, are kept in the budget. */
export const requestFlags = {
  method: ourFlags.method,
  body: ourFlags.body,
  urls: ourFlags.urls,
  header: wrkFlags.header,
  expect: ourFlags.expect,
} satisfies Flags;

export const writeFlags = {
  ...common,
  requests: {
    value: 'N',
    help: 'measured, after as many that only warm the server up',
    ...withDefault(wholeNumber(100, 10_000_000), 20_000),
  },
  bytes: {
    value: 'PERCENT',
    help: 'tolerance of the bytes allocated per request',
    ...withDefault(percentage, 0.01, '1%'),
  },
  cpu: {
    value: 'PERCENT',
    help: 'tolerance of the CPU time per request',
    ...withDefault(percentage, 0.2, '20%'),
  },
};

export const checkFlags = {
  ...common,
  junit: { value: 'FILE', help: 'writes a test for each cost', ...optional(outputFile) },
  json: on('prints one JSON object in place of the lines'),
  github: on('annotates the file of the function that grew, for GitHub'),
};
