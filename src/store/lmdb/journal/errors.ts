/** Errors of the system, as the store's. */
import { StoreError } from '../../store.js';
import { failed } from '../checkpoint/checkpoint-client.js';
import { full, isFullCode } from '../file/preallocation.js';

/** An error of the system as one of the store; others as they are. */
export function errorOf(error: unknown): unknown {
  const { code, syscall, message } = error as NodeJS.ErrnoException;
  if (isFullCode(code)) return full(error);
  if (code === 'EMFILE' || code === 'ENFILE')
    return new StoreError(
      'overloaded',
      'the process has no file descriptors left; raise the limit (ulimit -n), or try again later',
      { cause: error },
    );
  return syscall === undefined ? error : failed('journal', message);
}

/** Runs what calls the system, and throws its errors as those of the store. */
export async function storeErrors<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw errorOf(error);
  }
}

export function saysFull(error: unknown): boolean {
  return error instanceof StoreError && error.code === 'full';
}
