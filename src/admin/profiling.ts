/** Profiles of this process, one at a time: two samplings at once would each sample the other. */
import type { ServerResponse } from 'node:http';
import { maxSeconds } from '../lab/profile/attach/admin-protocol.js';
import { localSession } from '../lab/profile/sampling/local-session.js';
import type { Recording } from '../lab/profile/sampling/recording.js';
import { sampleKind } from '../lab/profile/sampling/sample.js';
import { Problem } from '../server/api/problem.js';
import { drawProfile } from './draw-profile.js';
import { repeatedOrUnknown } from './query.js';
import { refuse, send, sendText } from './send.js';

export class Profiling {
  readonly #requests: () => number;
  /** Resolves when no sampling runs. */
  idle: Promise<unknown> = Promise.resolve();
  running = false;

  /** @param requests how many were served so far */
  constructor(requests: () => number) {
    this.#requests = requests;
  }

  /**
   * Responds with a profile of the next seconds, as it was recorded or as a flame graph.
   * @throws Problem 400
   */
  async respond(query: URLSearchParams, response: ServerResponse): Promise<void> {
    const kind = query.get('kind') ?? '';
    const seconds = query.get('seconds') ?? '15';
    const format = query.get('format') ?? 'json';
    const unused = repeatedOrUnknown(query, ['kind', 'seconds', 'format']);
    if (unused !== undefined)
      throw new Problem(
        400,
        `'${unused}' is not used: kind, seconds and format are taken, each once`,
      );
    if (kind !== 'cpu' && kind !== 'alloc' && kind !== 'growth')
      throw new Problem(400, `kind is cpu, alloc or growth, got '${kind}'`);
    const wanted = `seconds is a whole number from 1 to ${maxSeconds}`;
    if (!/^\d{1,3}$/.test(seconds) || Number(seconds) < 1 || Number(seconds) > maxSeconds)
      throw new Problem(400, `${wanted}, got '${seconds}'`);
    if (format !== 'json' && format !== 'svg')
      throw new Problem(400, `format is json or svg, got '${format}'`);
    if (this.running)
      return refuse(response, 409, 'another sampling is running; ask again when it is over');
    const gone = new AbortController();
    response.on('close', () => gone.abort());
    const recording = await this.#take(kind, Number(seconds), gone.signal);
    if (gone.signal.aborted) return;
    if (format === 'json') return send(response, 200, recording);
    sendText(response, 200, await drawProfile(recording), 'image/svg+xml');
  }

  #take(kind: Recording['kind'], seconds: number, signal: AbortSignal): Promise<Recording> {
    this.running = true;
    const connection = localSession();
    const options = { seconds, signal, requests: this.#requests };
    const taken = sampleKind(kind, connection, options).finally(() => {
      connection.close();
      this.running = false;
    });
    this.idle = taken.catch(() => {});
    return taken;
  }
}
