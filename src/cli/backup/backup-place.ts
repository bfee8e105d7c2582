/** Where a backup goes, as the command line says it. */
import { statSync } from 'node:fs';
import { outputFile } from '../args/files.js';

/** Where a backup is to go. */
export interface BackupPlace {
  /** A directory: the file in it is named by the time of the backup. */
  readonly directory?: string;
  readonly file?: string;
}

/** Parses the name of a file, or of a directory that exists. */
export function backupPlace(text: string): BackupPlace {
  if (statSync(text, { throwIfNoEntry: false })?.isDirectory()) return { directory: text };
  return { file: outputFile(text) };
}
