/**
 * The fast lane stands before the full lane's server, on the same port. Each connection begins here
 * and moves to the full lane with its first request that is not plain.
 */
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { connectionEvent, type LaneOptions } from '../connection/lane.js';
import { ResponseHead } from '../connection/response-head.js';
import { FastConnection } from './fast-connection.js';

/** @param full the server whose connections this lane takes first from now on */
export function putFastLaneBefore(full: Server, options: LaneOptions): void {
  const event = connectionEvent(options);
  const listeners = full.listeners(event);
  full.removeAllListeners(event);
  const connectionOptions = {
    ...options,
    responseHead: new ResponseHead(options.limits.keepAliveMs, options.door.cors.common),
    handOver: (socket: Socket) => {
      for (const listener of listeners) listener.call(full, socket);
    },
  };
  full.on(event, (socket: Socket) => {
    new FastConnection(socket, connectionOptions);
  });
}
