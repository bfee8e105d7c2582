/** The parameters of the admin port. */

/** The first parameter that is not among those that are taken, or comes twice. */
export function repeatedOrUnknown(
  query: URLSearchParams,
  taken: readonly string[],
): string | undefined {
  return [...query.keys()].find(
    (name, index, all) => !taken.includes(name) || all.indexOf(name) !== index,
  );
}
