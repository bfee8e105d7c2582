/** A peer in the peaks, whatever protocol it has. */
import { fill, type Protocol } from '../support/fill.js';
import { type Peak, type PeakFigures, runWrk } from '../support/wrk.js';

export interface PeerOptions {
  /** Fresh and empty, on the disk to be measured. */
  readonly directory: string;
  readonly valueBytes: number;
}

export interface Peer {
  fill(entities: number): Promise<void>;
  peak(peak: Peak): Promise<PeakFigures>;
  stop(): Promise<void>;
}

export interface HttpPeer {
  readonly url: string;
  /** The target before and after the key. */
  readonly path?: readonly [string, string];
  /** Where and how to fill it. Absent for a peer that keeps nothing. */
  readonly filled?: { readonly port: number; readonly protocol: Protocol };
  readonly stop: () => Promise<void>;
}

export function httpPeer({ url, path = ['/v0/entity?id=', ''], filled, stop }: HttpPeer): Peer {
  return {
    fill: async (entities) => {
      if (filled) await fill({ ...filled, entities });
    },
    peak: (peak) => runWrk(url, path, peak),
    stop,
  };
}
