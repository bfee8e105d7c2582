/** Flags of the benches. A wrong one ends the bench with exit code 2 before anything starts. */
import { parseArgs } from 'node:util';

/**
 * @param help names every flag as `--name VALUE`, or `--name` alone for a switch
 * @param fractions flags whose numbers need not be whole
 */
export function readFlags(help: string, fractions: readonly string[] = []) {
  const fail = (message: string): never => {
    process.stderr.write(`${message}\n\n${help}`);
    process.exit(2);
  };
  const named = [...help.matchAll(/--([a-z\d]+)( [A-Z])?/g)].map(([, name = '', value]) => [
    name,
    { type: value === undefined ? ('boolean' as const) : ('string' as const) },
  ]);
  const options = { ...Object.fromEntries(named), help: { type: 'boolean' } } as const;
  let values: Record<string, string | boolean | undefined> = {};
  try {
    values = parseArgs({ options }).values as typeof values;
  } catch (error) {
    fail((error as Error).message);
  }
  if (values.help) {
    process.stdout.write(help);
    process.exit(0);
  }
  const text = (name: string) => values[name] as string | undefined;
  const positive = (name: string, text: string) => {
    const number = Number(text);
    const isWhole = Number.isSafeInteger(number) || fractions.includes(name);
    if (number > 0 && isWhole) return number;
    return fail(`--${name} takes a positive whole number, got ${text}`);
  };
  const numbers = (name: string) =>
    text(name)
      ?.split(',')
      .map((one) => positive(name, one));
  return { values, text, numbers, number: (name: string) => numbers(name)?.[0], fail };
}
