/** Lists and empties the store of a server, by its own interface. */

/** Every entity and what is kept with it, a line each. Versions and times are each store's own. */
export async function stored(url: string): Promise<string[]> {
  const response = await fetch(`${url}/v0/entities?start=%00`, {
    headers: { Accept: 'application/x-ndjson' },
  });
  if (response.status !== 200) throw new Error(`a range was answered with ${response.status}`);
  const lines = (await response.text()).split('\n').slice(0, -1);
  return lines.map((line) => {
    const { version, expires, ...others } = JSON.parse(line) as Record<string, unknown>;
    return JSON.stringify({ ...others, expires: expires !== undefined });
  });
}

/** Deletes what `stored` said. */
export async function empty(url: string, lines: readonly string[]): Promise<void> {
  await Promise.all(
    lines.map(async (line) => {
      const { key, keyBase64 } = JSON.parse(line) as { key?: string; keyBase64?: string };
      const bytes = key === undefined ? Buffer.from(keyBase64 ?? '', 'base64') : Buffer.from(key);
      const id = bytes.toString('hex').replace(/../g, '%$&');
      const { status } = await fetch(`${url}/v0/entity?id=${id}`, { method: 'DELETE' });
      if (status !== 202) throw new Error(`a deletion was answered with ${status}`);
    }),
  );
}
