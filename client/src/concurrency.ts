/** Many calls, some at a time: a list of a thousand keys does not open a thousand connections. */

/** Calls at a time, for lists of keys. */
const maxConcurrentCalls = 16;

/** The results of the calls, in the order of the items. Rejects as soon as one does. */
export async function mapConcurrently<T, R>(
  items: readonly T[],
  call: (item: T) => Promise<R>,
): Promise<R[]> {
  const results = new Array<R>(items.length);
  const rest = items.entries();
  const worker = async () => {
    for (const [index, item] of rest) results[index] = await call(item);
  };
  await Promise.all(Array.from({ length: Math.min(maxConcurrentCalls, items.length) }, worker));
  return results;
}
