/** Whether other machines reach a server that asks nobody who they are. */
import { lookup } from 'node:dns/promises';
import { isLoopback } from './door.js';
import type { TlsFiles } from './tls.js';

export interface Guards {
  readonly tokens?: string | undefined;
  readonly tls?: TlsFiles | undefined;
  /** The operator wants it so. */
  readonly insecure?: boolean | undefined;
}

/** @param host an address, or a name that stands for some */
export async function isExposed(host: string, guards: Guards): Promise<boolean> {
  if (!asksNobody(guards)) return false;
  try {
    const addresses = await lookup(host, { all: true });
    return !addresses.every(({ address }) => isLoopback(address));
  } catch {
    // Nobody can listen on it either.
    return false;
  }
}

/** Whether clients are asked for nothing, and the operator did not say that it is meant so. */
export function asksNobody({ tokens, tls, insecure }: Guards): boolean {
  return !insecure && tokens === undefined && tls?.clientCa === undefined;
}

export function exposureText(host: string): string {
  return (
    `other machines can reach ${host}, and nobody would be asked who they are; give --tokens ` +
    'FILE (evenkeel token new makes one), or --tls-client-ca with --tls-cert and --tls-key, or ' +
    '--insecure to serve everyone'
  );
}
