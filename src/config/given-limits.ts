/**
 * The limits that an operator changes. Each place may change some: `--limits`, its variable, and
 * the object `limits` of the configuration file. Together they must make sense.
 */
import { defaultLimits, type Limits, makeLimits } from './limits.js';
import { UsageError } from './parsers.js';

/** These have settings of their own, which take units. */
const elsewhere = { maxValueBytes: 'max-value', cacheBytes: 'cache' } as const;

const { maxValueBytes: _, cacheBytes: __, ...named } = defaultLimits;

/** The setting that a limit has for itself, if any. */
export function settingOf(limit: string): string | undefined {
  return Object.hasOwn(elsewhere, limit) ? elsewhere[limit as keyof typeof elsewhere] : undefined;
}

export function isLimit(name: string): boolean {
  return Object.hasOwn(named, name);
}

export const limitNames = Object.keys(named).join(', ');

/** Parses limits such as `drainMs=30000,maxConnections=1000`. */
export function namedLimits(text: string): Partial<Limits> {
  const pairs = text.split(',').map((pair): [string, number] => {
    const [, name = '', number] = /^\s*(\w+)=([0-9]{1,15})\s*$/.exec(pair) ?? [];
    const setting = settingOf(name);
    if (setting !== undefined) throw new UsageError(`no ${name}: there is --${setting} for it`);
    if (!isLimit(name) || number === undefined)
      throw new UsageError(
        `NAME=NUMBER, separated by commas, with names of docs/configuration.md: ${limitNames}`,
      );
    return [name, Number(number)];
  });
  return Object.fromEntries(pairs);
}

/**
 * @param places those that changed a limit, as an error names them
 * @throws UsageError if one is not a limit, or two contradict each other
 */
export function limitsOf(changes: Partial<Limits>, places: readonly string[]): Limits {
  try {
    return makeLimits(changes);
  } catch (error) {
    // The other settings alone cannot contradict each other.
    throw new UsageError(`${places.join(' and ')}: ${(error as Error).message}`);
  }
}
