/**
 * Plays bytes over a real connection and returns all that a client can see: responses, their order,
 * and the end.
 */
import { connect } from 'node:net';
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises';

export interface Script {
  /** Sent one by one, each long enough after the one before it to be read apart. */
  readonly pieces: readonly string[];
  readonly endsAtOnce: boolean;
}

/** How long to wait, and for what. */
export interface Patience {
  /** A server that sent nothing for so long, and has not closed, is taken to be waiting. */
  readonly quietMs: number;
  /** Turns of the event loop between two pieces; the server runs in the same process. */
  readonly turns: number;
}

export interface Seen {
  /**
   * The bytes that came before the client ended its side, and whether the server had closed by
   * then. Empty if it ended at once.
   */
  readonly open: string;
  /** All that came. */
  readonly received: string;
  readonly end: 'closed' | 'reset' | 'hung';
}

/** No answer takes so long: past it the server hangs. */
const patienceMs = 8000;

export async function play(
  url: string,
  { pieces, endsAtOnce }: Script,
  patience: Patience,
): Promise<Seen> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port), noDelay: true });
  let received = '';
  let changed = performance.now();
  let end: Seen['end'] = 'closed';
  socket.setEncoding('latin1');
  socket.on('data', (text: string) => {
    received += text;
    changed = performance.now();
  });
  socket.on('error', () => {
    end = 'reset';
  });
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  const timer = setTimeout(() => {
    socket.destroy();
    end = 'hung';
  }, patienceMs);

  await new Promise<void>((resolve) =>
    socket.once('connect', resolve).once('close', () => resolve()),
  );
  for (const [number, piece] of pieces.entries()) {
    for (let n = 0; number > 0 && n < patience.turns; n++) await turn();
    if (socket.writable) socket.write(piece, 'latin1');
  }
  let open = '';
  if (!endsAtOnce) {
    changed = performance.now();
    while (performance.now() - changed < patience.quietMs && !socket.closed)
      await sleep(patience.quietMs / 4);
    open = `${socket.closed || socket.readableEnded ? 'closed' : 'open'} after ${received}`;
  }
  if (socket.writable) socket.end();
  await closed;
  clearTimeout(timer);
  return { open: comparable(open), received: comparable(received), end };
}

const head = /HTTP\/1\.1 \d{3} [^\r\n]*\r\n(?:[^\r\n]+\r\n)*\r\n/g;
/** In lines of NDJSON. */
const ofMoment = /"(version|expires)":"[^"]+"/g;
const date = /^date: (Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/;

const version = /^etag: "\d{16}"$/;
const expiry = /^evenkeel-expires: \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/**
 * Responses without the parts that may differ: dates, the order of fields, the case of names. The
 * versions of entities are counted: a GET must still say the version of the PUT before it.
 */
function comparable(text: string): string {
  const versions: string[] = [];
  const counted = (field: string) => {
    if (!versions.includes(field)) versions.push(field);
    return `etag: version ${versions.indexOf(field)}`;
  };
  return text.replace(ofMoment, '"$1":"…"').replace(head, (answer) => {
    const [line, ...fields] = answer.slice(0, -4).split('\r\n');
    const named = fields.map((field) =>
      field
        .replace(/^[^:]*/, (name) => name.toLowerCase())
        .replace(date, 'date: now')
        .replace(expiry, 'evenkeel-expires: later')
        .replace(version, counted),
    );
    return `${[line, ...named.sort()].join('\r\n')}\r\n\r\n`;
  });
}
