/** Starts a command, measures its work, and ends it. */
import { type BuildServer, startBuild } from '../ab/build-server.js';
import type { LoadOptions } from '../load/load-options.js';
import { measureWork, type Work } from './measure-work.js';
import { openRequestLoop } from './request-loop.js';

export interface Measured {
  readonly command: string;
  readonly path: string;
  /** Where {dir} is made. */
  readonly parentDirectory: string;
  readonly requests: number;
  /** The request; its URL is the command's own. */
  readonly options: LoadOptions;
}

/** @throws BuildError, ProfileError, TargetError, or the reason of the signal */
export async function measureCommand(
  { command, path, parentDirectory, requests, options }: Measured,
  signal: AbortSignal,
): Promise<Work> {
  const server = await startBuild({ command, path, parentDirectory });
  try {
    const loop = await openRequestLoop({ ...options, url: server.url });
    try {
      return await measureWork(server as BuildServer & { group: number }, loop, requests, signal);
    } finally {
      loop.close();
    }
  } finally {
    await server.close();
  }
}
