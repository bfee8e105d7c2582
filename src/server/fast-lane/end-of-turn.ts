/**
 * The end of a turn of the event loop: when what came on all connections has been read and served, and before the loop waits again.
 *
 * Answers leave then, one write after the other, and not each as soon as it is there. A write wakes the client, on another CPU, and
 * finds it awake if one came just before: of 64 answers served and written in turn each may have to wake it anew.
 */
export interface Leaving {
  leave(): void;
}

let waiting: Leaving[] = [];

/** Has `leave` called at the end of this turn. */
export function atTurnsEnd(connection: Leaving): void {
  if (waiting.push(connection) === 1) setImmediate(leaveAll);
}

function leaveAll(): void {
  const all = waiting;
  waiting = [];
  for (const connection of all) connection.leave();
}
