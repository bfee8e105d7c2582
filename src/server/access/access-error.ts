/** The tokens or certificates of a server can't be used. The message says which, and why. */
export class AccessError extends Error {
  override readonly name = 'AccessError';
}

/** @throws AccessError */
export function readText(read: () => string, what: string, file: string): string {
  try {
    return read();
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    // Someone may have given the token itself.
    const name = file.replace(/\bek_\S+/g, 'ek_…');
    throw new AccessError(`can't read ${what} ${name}: ${code}; name a file that may be read`, {
      cause,
    });
  }
}
