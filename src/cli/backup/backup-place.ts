/** Where a backup goes, as the command line says it. */
import { statSync } from 'node:fs';
import { outputFile } from '../args/files.js';

/** The end of the name of a backup. */
export const backupExtension = '.evenkeel';

/** Where a backup is to go. */
export interface BackupPlace {
  /** A directory, made if it is absent. The file in it is named by the time of the backup. */
  readonly directory?: string;
  readonly file?: string;
}

/**
 * Parses the name of a file or a directory. A name that is not there yet is that of a directory,
 * unless it ends as backups do: a schedule whose directory is missing must not keep one file only.
 */
export function backupPlace(text: string): BackupPlace {
  const name = text.replace(/(?<=.)\/+$/, '');
  const stats = statSync(name, { throwIfNoEntry: false });
  if (stats?.isDirectory()) return { directory: name };
  const path = outputFile(name);
  return stats || text.endsWith(backupExtension) ? { file: path } : { directory: path };
}
