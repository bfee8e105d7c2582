/**
 * The end of a turn of the event loop: all connections have been read, and the loop has not yet
 * begun to wait. Responses leave then, one write after the other. A write wakes the client, on
 * another CPU, and is cheap if the client is still awake from the write before it.
 */
export interface Leaving {
  leave(): void;
}

let waiting: Leaving[] = [];
let beganMs = 0;

/** Calls `leave` at the end of this turn. */
export function atTurnsEnd(connection: Leaving): void {
  if (waiting.push(connection) === 1) setImmediate(leaveAll);
}

/**
 * When the first request of this turn was read, by performance.now(). The others were there by
 * then, and have waited since. To be asked before atTurnsEnd().
 */
export function turnBeganMs(): number {
  if (waiting.length === 0) beganMs = performance.now();
  return beganMs;
}

/** Ends the turn now for the connections that wait: what comes next takes long. */
export function leaveAll(): void {
  const all = waiting;
  waiting = [];
  for (const connection of all) connection.leave();
}
