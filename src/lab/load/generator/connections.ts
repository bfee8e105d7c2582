/** Opens a thread's connections before its run. The run then owns them and takes their events. */
import { Connection } from '../http/connection.js';
import type {
  ConnectionEvents,
  ConnectionGroup,
  ConnectionOptions,
  SlotConnection,
} from '../http/slot-connection.js';
import type { Target } from '../http/target.js';
import { type LoadOptions, loadLimits } from '../load-options.js';
import type { RequestSource } from '../request/request-source.js';
import type { Clock } from './clock.js';
import type { Control, FromThread } from './messages.js';
import type { SharedRecords } from './recorder.js';

/** The tools of a generator thread, once its source of requests is ready. */
export interface GeneratorOptions {
  readonly load: LoadOptions;
  /** 0 … threads − 1. */
  readonly thread: number;
  readonly target: Target;
  readonly source: RequestSource;
  readonly records: SharedRecords;
  readonly control: Control;
  readonly clock: Clock;
  readonly post: (message: FromThread) => void;
}

export interface Opened {
  /** In the order of their sends: those that share a socket are far apart. */
  readonly connections: readonly SlotConnection[];
  /** How many are open. */
  readonly open: number;
  /** Why the first of the others is not. */
  readonly cause: string | undefined;
}

/** Resolves when each has opened or failed once: what still fails in the run fails there again. */
export async function openConnections(options: GeneratorOptions): Promise<Opened> {
  const { load, target, source, clock } = options;
  const groups = await groupsOf(load, {
    target,
    source,
    timeoutMs: load.timeoutMs,
    maxContentBytes: loadLimits.messageBytes,
    collect: source.onResponse !== undefined || (load.expect?.patterns.length ?? 0) > 0,
    now: () => clock.now(),
  });
  const size = groups[0]?.connections.length ?? 0;
  const connections = Array.from({ length: size }).flatMap((_, number) =>
    groups.map((group) => group.connections[number] as SlotConnection),
  );
  return new Promise((resolve) => {
    // One may open and fail, and more than once, before all have been tried.
    const tried = new Set<ConnectionGroup>();
    let cause: string | undefined;
    const groupTried = (group: ConnectionGroup) => {
      if (tried.add(group).size < groups.length) return;
      resolve({ connections, open: connections.filter(({ ready }) => ready).length, cause });
    };
    for (const group of groups)
      for (const connection of group.connections)
        connection.events = {
          ...unheard,
          onReady: () => groupTried(group),
          onFailure: (_, text) => {
            cause ??= text;
            groupTried(group);
          },
        };
    for (const group of groups) group.open();
  });
}

const unheard: ConnectionEvents = {
  onReady: () => {},
  onResponse: () => false,
  onFailure: () => {},
  onBytes: () => {},
  onOpening: () => {},
};

/** The connections of a thread, by the sockets that they share. */
async function groupsOf(
  { connections, threads, http2 }: LoadOptions,
  settings: ConnectionOptions,
): Promise<readonly ConnectionGroup[]> {
  const length = Math.floor(connections / threads);
  if (http2) {
    // A run in HTTP/1.1 does without its modules.
    const { Http2Connection } = await import('../http/http2/http2-connection.js');
    return Array.from({ length }, () => new Http2Connection(settings, http2.streams, unheard));
  }
  return Array.from({ length }, () => {
    const connection = new Connection(settings, unheard);
    return { connections: [connection], open: () => connection.open() };
  });
}
