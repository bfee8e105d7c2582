/** Name lookup and trial connections that block, for scripts: a thread of their own does them. */
import { Worker } from 'node:worker_threads';
import { workerExecArgv } from '../../../config/worker-exec-argv.js';
import type { Address } from './address.js';
import { BlockingCaller, openLine } from './blocking.js';

export type ResolverRequest =
  | { readonly kind: 'lookup'; readonly host: string; readonly port: number }
  | { readonly kind: 'connect'; readonly address: Address; readonly limitMs: number };

const limits = { lookupMs: 30_000, connectMs: 5_000 } as const;

let caller: BlockingCaller | undefined;

/** @param service a port, or a name such as http; none is port 0 */
export function lookup(host: string, service: string | undefined): readonly Address[] {
  try {
    return call({ kind: 'lookup', host, port: portOf(service) }) as Address[];
  } catch (error) {
    throw new Error(`unable to resolve ${host}:${service ?? ''} ${(error as Error).message}`);
  }
}

/** Does anything accept connections there? */
export function connects(address: Address): boolean {
  return call({ kind: 'connect', address, limitMs: limits.connectMs }) as boolean;
}

function call(request: ResolverRequest): unknown {
  caller ??= start();
  return caller.call(request);
}

function start(): BlockingCaller {
  const { caller: ours, responder } = openLine();
  const worker = new Worker(new URL('./resolver-thread.js', import.meta.url), {
    workerData: responder,
    transferList: [responder.port],
    ...workerExecArgv(),
  });
  worker.unref();
  return new BlockingCaller(ours, limits.lookupMs);
}

function portOf(service: string | undefined): number {
  if (service === undefined || service === '') return 0;
  if (/^\d+(\.0)?$/.test(service)) return Number(service);
  const known = { http: 80, https: 443 }[service];
  if (known === undefined) throw new Error('Servname not supported for ai_socktype');
  return known;
}
