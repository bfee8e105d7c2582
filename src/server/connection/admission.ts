/** The door for connections: each gets a place, or a 503 that says that there is none. */
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { overloaded, problemResponse } from '../api/problem.js';
import type { Headers } from '../api/response.js';
import type { RequestStatistics } from '../statistics/request-statistics.js';
import type { Connections } from './connections.js';
import { endLingering } from './lingering.js';
import { ResponseHead } from './response-head.js';

/** Connections that are being refused; past it, the first of them is cut. */
const maxRefused = 16;

const noPlace = overloaded('the server has as many busy connections as it may; try again later');

/**
 * Puts the door before all that listens to connections of the server so far.
 * @param event that brings them
 * @param common fields of every response
 */
export function admitConnections(
  server: Server,
  event: string,
  connections: Connections,
  { lingerMs, keepAliveMs }: { readonly lingerMs: number; readonly keepAliveMs: number },
  common: Headers,
  statistics: RequestStatistics,
): void {
  const listeners = server.listeners(event);
  server.removeAllListeners(event);
  const refused = new Set<Socket>();
  const responseHead = new ResponseHead(keepAliveMs, common);
  server.on(event, (socket: Socket) => {
    if (connections.admit(socket)) {
      for (const listener of listeners) listener.call(server, socket);
      return;
    }
    for (const first of refused) {
      if (refused.size < maxRefused) break;
      refused.delete(first);
      first.destroy();
    }
    refused.add(socket);
    socket.once('close', () => refused.delete(socket)).on('error', () => socket.destroy());
    statistics.count(statistics.rowOf('other'), noPlace.status);
    const response = problemResponse(noPlace);
    socket.write(responseHead.format(response, response.content.length, true), 'latin1');
    socket.write(response.content);
    endLingering(socket, lingerMs);
  });
}
