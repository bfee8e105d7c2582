/**
 * A permit says what the sender of a request may do, while its token stands. It may outlive a
 * change of the tokens, because a connection keeps one and a batch may take hours. So it is looked
 * up again when they change.
 */
import { type CommandKind, operations } from '../api/operations.js';
import { successorOf } from '../api/parameters.js';
import { Problem, quote } from '../api/problem.js';
import type { Command } from '../api/route.js';
import { type Access, accesses, type Grant, type Tokens } from './tokens.js';

const realm = 'Bearer realm="evenkeel"';

/** How high an access stands; 0: any token will do. */
const rankOf = Object.fromEntries(accesses.map((access, at) => [access, at + 1])) as Readonly<
  Record<Access, number>
>;
const neededRank = Object.fromEntries(
  operations.map(({ kind, access }) => [kind, access === 'any' ? 0 : rankOf[access]]),
) as Readonly<Record<CommandKind, number>>;

export class Permit {
  readonly #tokens: Tokens;
  readonly #digest: Buffer;
  #version: number;
  #grant: Grant | undefined;

  /** @param digest of the token that came with the request */
  constructor(tokens: Tokens, digest: Buffer) {
    this.#tokens = tokens;
    this.#digest = digest;
    this.#version = tokens.version;
    this.#grant = tokens.find(digest);
  }

  /** Whether the token is one of those that stand now. */
  get stands(): boolean {
    if (this.#version !== this.#tokens.version) {
      this.#version = this.#tokens.version;
      this.#grant = this.#tokens.find(this.#digest);
    }
    return this.#grant !== undefined;
  }

  /** @throws Problem 401 if the token does not stand; 403 if it does not allow the command */
  mustAllow(command: Command): void {
    const grant = this.#standing();
    const rank = neededRank[command.kind];
    if (rankOf[grant.access] < rank)
      throw insufficient(`the token ${quote(grant.name)} may only read`, 'write');
    if (grant.prefix === undefined) return;
    switch (command.kind) {
      case 'get':
      case 'put':
      case 'delete':
        mustBeWithin(command.key, grant);
        return;
      case 'range':
      case 'deleteRange':
        mustLieWithin(command.range, grant);
    }
  }

  /** The same for a line of a batch. */
  mustAllowKey(key: Uint8Array): void {
    mustBeWithin(key, this.#standing());
  }

  /** The same for the admin port. */
  mustBeAdmin(): void {
    const { name, access } = this.#standing();
    if (access !== 'admin')
      throw insufficient(`the token ${quote(name)} is not one of an admin`, 'admin');
  }

  /** @throws Problem 401 */
  #standing(): Grant {
    if (!this.stands) throw unknownToken();
    return this.#grant as Grant;
  }
}

function mustBeWithin(key: Uint8Array, { name, prefix }: Grant): void {
  if (prefix === undefined) return;
  const { length } = prefix;
  if (key.length >= length && prefix.equals(key.subarray(0, length))) return;
  throw outside(name, prefix, 'ask for one of those');
}

/** Each key that is or may come to be in the range begins with the prefix. */
function mustLieWithin(
  { start, end }: { readonly start: Uint8Array; readonly end?: Uint8Array },
  { name, prefix = Buffer.alloc(0) }: Grant,
): void {
  const bound = successorOf(prefix);
  const endsWithin = bound === undefined || (end !== undefined && bound.compare(end) >= 0);
  if (endsWithin && prefix.compare(start) <= 0) return;
  throw outside(name, prefix, 'give them as prefix, or a start and an end among them');
}

function outside(name: string, prefix: Buffer, change: string): Problem {
  const keys = quote(prefix.toString());
  return insufficient(
    `the token ${quote(name)} is for keys that begin with ${keys}; ${change}`,
    undefined,
  );
}

/** 403. RFC 6750 § 3.1: another token may be allowed to. */
function insufficient(what: string, scope: Access | undefined): Problem {
  const needed = scope === undefined ? '' : `, scope="${scope}"`;
  const change = scope === undefined ? '' : `; send one with the access ${scope}`;
  return new Problem(403, `${what}${change}`, {
    headers: { 'WWW-Authenticate': `${realm}, error="insufficient_scope"${needed}` },
  });
}

/** 401: no token came. RFC 6750 § 3.1: the field then has no `error`. */
export function missingToken(): Problem {
  return new Problem(
    401,
    'this server takes requests with a token only; send the field Authorization: Bearer TOKEN',
    { headers: { 'WWW-Authenticate': realm } },
  );
}

/** 401: the token is wrong. It is not quoted: it may be a right one of another server. */
export function unknownToken(): Problem {
  return new Problem(
    401,
    'this server does not know the token, or no longer; send Authorization: Bearer and a token ' +
      'that it knows',
    { headers: { 'WWW-Authenticate': `${realm}, error="invalid_token"` } },
  );
}

/** 400: a proxy on the way may have looked at the other one. */
export function doubledToken(): Problem {
  return new Problem(400, 'the request has more than one Authorization field; send one', {
    headers: { 'WWW-Authenticate': `${realm}, error="invalid_request"` },
    closes: true,
  });
}
