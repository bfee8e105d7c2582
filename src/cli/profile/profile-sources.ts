/** The ways to a profile: attached to a process, over an admin port, or by perf from outside. */
import { UsageError } from '../../config/parsers.js';
import {
  type AdminAddress,
  sampleOver,
  statusOver,
} from '../../lab/profile/attach/admin-client.js';
import { attachTo } from '../../lab/profile/attach/attach.js';
import { fileSystemOf } from '../../lab/profile/attach/proc.js';
import type { Original } from '../../lab/profile/convert/frame-naming.js';
import { profileOf } from '../../lab/profile/convert/profile-of.js';
import { toCpuProfile } from '../../lab/profile/convert/to-cpuprofile.js';
import type { Kind } from '../../lab/profile/kinds.js';
import { sampleNative } from '../../lab/profile/native/perf.js';
import { startedMsOf } from '../../lab/profile/native/perf-process.js';
import type { Profile } from '../../lab/profile/profile.js';
import type { Recording } from '../../lab/profile/sampling/recording.js';
import { sampleKind } from '../../lab/profile/sampling/sample.js';
import { type SourceMaps, sourceMaps } from '../../lab/profile/source-map/source-maps.js';
import type { Values } from '../args/flags.js';
import { counting } from './countdown.js';
import type { takeFlags } from './profile-flags.js';
import { servedRequests } from './served-requests.js';

interface Asked
  extends Pick<
    Values<typeof takeFlags>,
    'pid' | 'url' | 'token-file' | 'native' | 'seconds' | 'requests'
  > {
  readonly kind: Kind;
  readonly signal: AbortSignal;
  readonly withMaps: boolean;
  /** Is told how to leave a process, once it is touched. */
  readonly onTouch: (leave: () => Promise<unknown>) => void;
}

interface Taken {
  readonly profile: Profile;
  /** As V8 recorded the main thread, or the same of a profile by perf. */
  readonly raw: object;
  readonly who: string;
}

/** @returns undefined if it was given up @throws UsageError, ProfileError */
export async function takenFrom(asked: Asked): Promise<Taken | undefined> {
  const { pid, url, 'token-file': token, native } = asked;
  if ((pid === undefined) === (url === undefined))
    throw new UsageError('give either --pid, a process, or --url, an admin address');
  if (url !== undefined) {
    const admin = { url, token };
    return native ? byPerfOver(admin, asked) : fromAdmin(admin, asked);
  }
  if (token !== undefined) throw new UsageError('--token-file is for --url, an admin address');
  return native ? byPerf(pid as number, asked) : fromProcess(pid as number, asked);
}

async function fromProcess(pid: number, asked: Asked): Promise<Taken> {
  const { kind, seconds, signal, onTouch } = asked;
  const prefix = fileSystemOf(pid);
  const attaching = attachTo(pid);
  onTouch(() => attaching.then(({ detach }) => detach()));
  const { connection, detach } = await attaching;
  try {
    const recording = await counting(seconds, sampleKind(kind, connection, { seconds, signal }));
    return await takenOf(recording, asked, `process ${pid}`, prefix);
  } finally {
    if (!(await detach()))
      process.stderr.write(
        `evenkeel: warning: the inspector of process ${pid} is still open; it closes once the ` +
          'event loop turns\n',
      );
  }
}

async function fromAdmin(admin: AdminAddress, asked: Asked): Promise<Taken | undefined> {
  const { kind, seconds, signal } = asked;
  const { pid } = await statusOver(admin);
  try {
    const recording = await counting(seconds, sampleOver(admin, { kind, seconds, signal }));
    return await takenOf(recording, asked, `process ${pid}`);
  } catch (error) {
    if (signal.aborted) return undefined; // given up; the server gave it up too
    throw error;
  }
}

async function takenOf(
  recording: Recording,
  { kind, withMaps, requests }: Asked,
  who: string,
  prefix?: string,
): Promise<Taken> {
  const { startedMs, workers } = recording;
  const inMemory = Object.assign({}, ...[recording, ...workers].map(({ maps }) => maps));
  const maps = withMaps ? await sourceMaps({ prefix, startedMs, inMemory }) : undefined;
  // Its result is of the first half of the window.
  const served = requests !== undefined && kind === 'growth' ? requests / 2 : requests;
  const profile = profileOf(recording, served, maps && ((one) => maps.original(one)));
  return { profile: withNotes(profile, maps), raw: recording.raw, who };
}

async function byPerf(pid: number, asked: Asked): Promise<Taken> {
  const { seconds, signal, requests, withMaps } = asked;
  const place = { prefix: fileSystemOf(pid), startedMs: startedMsOf(pid) };
  const maps = withMaps ? await sourceMaps(place) : undefined;
  const original: Original | undefined = maps && ((one) => maps.original(one));
  const sampling = sampleNative(pid, { seconds, signal, ...(original && { original }) });
  const sampled = await counting(seconds, sampling);
  const profile = withNotes({ ...sampled, ...(requests !== undefined && { requests }) }, maps);
  return { profile, raw: toCpuProfile(profile), who: `process ${pid}` };
}

/** @param admin the admin port of a process on this machine */
async function byPerfOver(admin: AdminAddress, asked: Asked): Promise<Taken> {
  const { pid } = await statusOver(admin);
  const counting = servedRequests(admin, asked.seconds, asked.signal).catch(() => 0);
  const taken = await byPerf(pid, asked);
  const requests = asked.requests ?? (await counting);
  return { ...taken, profile: { ...taken.profile, ...(requests && { requests }) } };
}

function withNotes(profile: Profile, maps: SourceMaps | undefined): Profile {
  const notes = [...(profile.notes ?? []), ...(maps?.notes() ?? [])];
  return { ...profile, ...(notes.length > 0 && { notes }) };
}
