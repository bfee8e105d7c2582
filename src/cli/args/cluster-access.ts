/** The access to a cluster by the settings: passwords and certificates come from files. */
import { readFileSync } from 'node:fs';
import { UsageError } from '../../config/parsers.js';
import type { ClusterAccess } from '../../store/open.js';

export interface AccessFiles {
  readonly user: string | undefined;
  readonly passwordFile: string | undefined;
  /** PEM. */
  readonly caFile: string | undefined;
}

/** @throws UsageError */
export function clusterAccess({ user, passwordFile, caFile }: AccessFiles): ClusterAccess {
  if ((user === undefined) !== (passwordFile === undefined))
    throw new UsageError('--cassandra-user and --cassandra-password-file go together; give both');
  const password =
    passwordFile === undefined ? undefined : read('--cassandra-password-file', passwordFile);
  const ca = caFile === undefined ? undefined : read('--cassandra-ca', caFile);
  return { user, password: password?.replace(/\r?\n$/, ''), ca };
}

function read(flag: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError(`${flag} takes a file that may be read, got '${file}': ${error}`);
  }
}
