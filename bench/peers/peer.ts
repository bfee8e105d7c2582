/** What the peaks ask of every peer, whatever it speaks. */
import { type Fill, fill, type Language } from '../support/fill.js';
import { type Peak, type PeakFigures, runWrk } from '../support/wrk.js';

export interface StartOptions {
  /** Fresh and empty, on the disk to be measured. */
  readonly folder: string;
  readonly valueBytes: number;
}

export interface Peer {
  readonly fill: (entities: number) => Promise<void>;
  readonly peak: (peak: Peak) => Promise<PeakFigures>;
  readonly stop: () => Promise<void>;
}

export interface HttpPeer {
  readonly url: string;
  /** What stands around the key in the target. */
  readonly path: readonly [string, string];
  /** How it is filled, if it keeps anything. */
  readonly filled?: { readonly port: number; readonly language: () => Language } | undefined;
  readonly stop: () => Promise<void>;
}

export function httpPeer({ url, path, filled, stop }: HttpPeer): Peer {
  return {
    fill: async (entities) => {
      if (filled) await fill({ ...filled, entities } satisfies Fill);
    },
    peak: (peak) => runWrk(url, path, peak),
    stop,
  };
}
