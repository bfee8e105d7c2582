/** A reload: a server has read its tokens or certificates again. */

export interface Reload {
  readonly what: 'tokens' | 'certificates';
  /** Why the ones before stay; undefined: the files hold what is taken from now on. */
  readonly refusal: string | undefined;
}

/** One line, for a person. */
export function reloadText({ what, refusal }: Reload): string {
  return refusal === undefined
    ? `the ${what} were read again`
    : `the ${what} stay as they were: ${refusal}`;
}
