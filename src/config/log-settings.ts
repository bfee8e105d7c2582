/** The settings of what a server tells on standard error. */
import { oneOf, optional, share, withDefault } from './parsers.js';

export const logSettings = {
  log: {
    value: 'FORMAT',
    help: 'on standard error; auto: text on a terminal, otherwise json',
    unit: '`auto`, `json` or `text`',
    cost: 'nothing; `json` tells more than `text`',
    ...withDefault(oneOf('auto', 'json', 'text'), 'auto'),
  },
  'access-log': {
    value: 'SHARE',
    help: 'log this share of the requests, above 0 and up to 1; or off',
    defaultText: 'off',
    unit: 'share of all requests',
    cost: 'CPU time for each request that is logged, and space for the log',
    ...optional((text) => (text === 'off' ? undefined : share(text))),
  },
} as const;
