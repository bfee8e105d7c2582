/** A Profile as a file: JSON, checked when it is read, for it may come from anywhere. */
import type { Profile } from '../profile.js';
import { ProfileError } from '../profile-errors.js';
import type { RawCpuProfile, RawHeapProfile } from '../sampling/raw.js';
import { type LinkedNode, linked } from './call-links.js';
import { walk } from './call-tree.js';
import { fromCpuProfile } from './cpuprofile.js';
import {
  cpuProfileFields,
  faultOf,
  heapNodeFields,
  heapSamples,
  profileFields,
} from './file-schemas.js';
import { fromHeapProfile } from './heapprofile.js';

const profileSchema = 'evenkeel-profile/1';

/** In the file, the metrics are called `beside`. */
export function profileToJson({ metrics, ...profile }: Profile): string {
  return `${JSON.stringify({ schema: profileSchema, ...profile, beside: metrics })}\n`;
}

/**
 * Reads what `profile` wrote, a .cpuprofile or a .heapprofile, told by what is in it.
 * @throws ProfileError `unreadable`
 */
export function readProfile(text: string, file: string): Profile {
  const value = parse(text, file);
  try {
    if (isObject(value)) {
      if (value.schema === profileSchema) return ours(value);
      if (Array.isArray(value.nodes)) return cpuProfile(value);
      if (isObject(value.head)) return heapProfile(value);
    }
  } catch (error) {
    throw unreadable(`${file} is damaged`, error);
  }
  const taken = `the .json of evenkeel profile (${profileSchema}), a .cpuprofile or a .heapprofile`;
  throw new ProfileError('unreadable', `${file} is not a profile: ${taken} is taken`);
}

function ours({ schema: _, beside: metrics, ...rest }: Record<string, unknown>): Profile {
  check(faultOf(profileFields, rest));
  return { ...rest, ...(metrics !== undefined && { metrics }) } as unknown as Profile;
}

function cpuProfile(value: object): Profile {
  check(faultOf(cpuProfileFields, value));
  const raw = value as RawCpuProfile & { readonly nodes: readonly LinkedNode[] };
  const ids = new Set(raw.nodes.map(({ id }) => id));
  const unknown = raw.samples.find((id) => !ids.has(id));
  if (unknown !== undefined) check(`a sample is of node ${unknown}, which is not there`);
  return fromCpuProfile({ ...raw, nodes: linked(raw.nodes) });
}

function heapProfile(value: object): Profile {
  const raw = value as RawHeapProfile;
  check(faultOf(heapSamples, raw.samples));
  check(faultOf(heapNodeFields, raw.head));
  for (const { node } of walk(raw.head, ({ children }) => children))
    for (const child of node.children) check(faultOf(heapNodeFields, child));
  return fromHeapProfile(raw);
}

function check(fault: string | undefined): void {
  if (fault !== undefined) throw new ProfileError('unreadable', fault);
}

function unreadable(what: string, cause: unknown): ProfileError {
  return new ProfileError('unreadable', `${what}: ${(cause as Error).message}`, { cause });
}

function parse(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw unreadable(`${file} is not JSON`, error);
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
