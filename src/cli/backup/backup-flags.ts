/** The flags of `evenkeel backup`, `restore`, `check` and `compact`. */
import { optional, text } from '../../config/parsers.js';
import { adminUrl } from '../args/admin-url.js';
import { inputFile } from '../args/files.js';
import { on } from '../args/flags.js';
import { tokenFlag } from '../args/server-access.js';
import { standard } from '../data/standard.js';
import { type BackupPlace, backupPlace } from './backup-place.js';

export const backupFlags = {
  to: {
    value: 'PLACE',
    help: 'a directory, a file whose name ends with .evenkeel, or - for standard output',
    ...optional<BackupPlace | typeof standard>((place) =>
      place === standard ? place : backupPlace(place),
    ),
  },
  url: {
    value: 'ADMIN',
    help: 'the admin address of a running server, as serve --admin-port prints it',
    ...optional(adminUrl),
  },
  data: {
    value: 'DIR',
    help: 'or a data directory that no server has open',
    ...optional(text('a data directory')),
  },
  ...tokenFlag,
  json: on('print the result as a line of JSON, for programs'),
};

export const restoreFlags = {
  from: {
    value: 'FILE',
    help: 'a backup, or - for standard input',
    ...optional((file) => (file === standard ? file : inputFile(file))),
  },
  data: {
    value: 'DIR',
    help: 'the data directory to make; it may be there, without a store in it',
    ...optional(text('a data directory')),
  },
  replace: on('replace the store that is in DIR; what it has is lost'),
  json: on('print the result as a line of JSON, for programs'),
};

export const checkFlags = {
  json: on('print the result as a line of JSON, for programs'),
};

export const compactFlags = {
  json: on('print the result as a line of JSON, for programs'),
};
