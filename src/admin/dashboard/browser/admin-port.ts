/** Requests to the port that the page came from. The token is held here, and nowhere else. */

let token: string | undefined;

export function setToken(given: string): void {
  token = given;
}

export function hasToken(): boolean {
  return token !== undefined;
}

/** The port wants another token, or any. */
export class TokenWanted extends Error {}

/** The port responded, and said why it does not give what was asked for. */
export class Refused extends Error {}

/** @throws TokenWanted, Refused; another error if none comes */
export async function ask(path: string, init: RequestInit): Promise<Response> {
  const headers: Record<string, string> =
    token === undefined ? {} : { Authorization: `Bearer ${token}` };
  const response = await fetch(path, { ...init, headers, redirect: 'error' });
  if (response.ok) return response;
  const { detail } = (await response.json().catch(() => ({}))) as { detail?: string };
  const reason = detail ?? `the response was ${response.status}`;
  // Without a token, a 403 is about where the page comes from.
  const isOfToken = response.status === 401 || (response.status === 403 && hasToken());
  throw isOfToken ? new TokenWanted(reason) : new Refused(reason);
}
