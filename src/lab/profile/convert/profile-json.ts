/** A Profile as a file: JSON, checked when it is read, for it may come from anywhere. */
import * as v from 'valibot';
import type { Profile } from '../profile.js';
import { ProfileError } from '../profile-errors.js';
import type { RawCpuProfile, RawHeapProfile } from '../sampling/raw.js';
import { fromCpuProfile } from './cpuprofile.js';
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
      const { schema, beside: metrics, ...rest } = value;
      const profile = { ...rest, ...(metrics !== undefined && { metrics }) };
      if (schema === profileSchema && v.is(profileFields, profile))
        return profile as unknown as Profile;
      if (Array.isArray(value.nodes) && Array.isArray(value.samples))
        return fromCpuProfile(value as unknown as RawCpuProfile);
      if (isObject(value.head) && Array.isArray(value.samples))
        return fromHeapProfile(value as unknown as RawHeapProfile);
    }
  } catch (error) {
    throw unreadable(`${file} is damaged`, error);
  }
  const taken = `the .json of evenkeel profile (${profileSchema}), a .cpuprofile or a .heapprofile`;
  throw new ProfileError('unreadable', `${file} is not a profile: ${taken} is taken`);
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

const stack = v.object({
  frames: v.array(v.object({ name: v.string(), kind: v.string() })),
  value: v.pipe(v.number(), v.finite()),
});
const profileFields = v.object({
  kind: v.picklist(['cpu', 'alloc']),
  durationUs: v.number(),
  stacks: v.array(stack),
});

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
