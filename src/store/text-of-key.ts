/** A key in a message: as a word that no shell changes, and no parser of flags takes for one. */
export function textOfKey(key: Uint8Array): string {
  return Buffer.from(key)
    .toString('latin1')
    .replace(/^-|[^A-Za-z0-9._:/@,-]/g, escaped);
}

/** The same where every byte but a letter or digit is escaped, for the query of a URL. */
export function escapedKey(key: Uint8Array): string {
  return Buffer.from(key)
    .toString('latin1')
    .replace(/[^A-Za-z0-9]/g, escaped);
}

function escaped(character: string): string {
  return `%${character.charCodeAt(0).toString(16).padStart(2, '0').toUpperCase()}`;
}
