/** Samples a program until something has happened, however long that takes on a busy machine. */
import { attachTo } from '#dist/lab/profile/attach/attach.js';
import { profileOf } from '#dist/lab/profile/convert/profile-of.js';
import type { Profile } from '#dist/lab/profile/profile.js';
import type { InspectorConnection } from '#dist/lab/profile/sampling/inspector-connection.js';
import type { Recording } from '#dist/lab/profile/sampling/recording.js';
import { sampleKind } from '#dist/lab/profile/sampling/sample.js';

/** @param happened is called once the window is open, and resolves when enough was sampled */
export async function sampledUntil(
  kind: Recording['kind'],
  pid: number,
  happened: (connection: InspectorConnection) => Promise<unknown>,
): Promise<Profile> {
  const { connection, detach } = await attachTo(pid);
  const enough = new AbortController();
  // Requests are counted for the first time when the window opens.
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  const requests = () => {
    open();
    return 0;
  };
  try {
    const sampling = sampleKind(kind, connection, {
      seconds: 100,
      signal: enough.signal,
      requests,
    });
    sampling.catch(() => {});
    // Where the process ends, the sampling does.
    await Promise.race([opened.then(() => happened(connection)), sampling]);
    enough.abort();
    return profileOf(await sampling);
  } finally {
    enough.abort();
    await detach();
  }
}
