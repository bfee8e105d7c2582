/** A recording as a flame graph, drawn in a thread of its own: requests would wait for it. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { kinds } from '../lab/profile/kinds.js';
import type { Recording } from '../lab/profile/sampling/recording.js';

export interface Drawing {
  readonly recording: Recording;
  readonly title: string;
}

/** @returns an SVG document */
export async function drawProfile(recording: Recording): Promise<string> {
  const seconds = Math.round(recording.durationUs / 1e6);
  const what = recording.kind === 'cpu' ? 'CPU' : kinds[recording.kind].title;
  const workerData: Drawing = { recording, title: `${what} of the server, ${seconds} s` };
  const worker = new Worker(new URL('./draw-worker.js', import.meta.url), { workerData });
  try {
    const [svg] = await once(worker, 'message');
    return String(svg);
  } finally {
    await worker.terminate();
  }
}
