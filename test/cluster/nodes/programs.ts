/**
 * Finds a Java 17, and Maven. Cassandra 5.0 runs on Java 11 and 17, and the flags in jvm.ts are for
 * 17, so the newest Java of a machine is often the wrong one. Only `java -version` tells: names of
 * directories are links, aliases, or left over.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';

const release = 17;
const debianDirectory = '/usr/lib/jvm';

/** The places to ask, the likely ones first: each question starts a JVM. */
function candidates(): string[] {
  const installed = existsSync(debianDirectory)
    ? readdirSync(debianDirectory).map((name) => join(debianDirectory, name, 'bin/java'))
    : [];
  const likely = (file: string) => (file.includes(String(release)) ? 0 : 1);
  return [
    ...(process.env.JAVA_HOME ? [join(process.env.JAVA_HOME, 'bin/java')] : []),
    ...installed.sort((a, b) => likely(a) - likely(b)),
    ...onPath('java'),
  ].filter((file) => existsSync(file));
}

/** A directory with `bin/java` of release 17, or undefined. */
export function findJavaHome(files: readonly string[] = candidates()): string | undefined {
  const java = files.find((file) => releaseOf(file) === release);
  return java && dirname(dirname(java));
}

function releaseOf(java: string): number | undefined {
  const { stderr } = spawnSync(java, ['-version'], { encoding: 'utf8' });
  const [, number] = /version "(\d+)/.exec(stderr ?? '') ?? [];
  return number === undefined ? undefined : Number(number);
}

/** Each missing program, and how to get it. Maven is needed only to fetch the jars. */
export function missingOf(found: {
  readonly javaHome: string | undefined;
  readonly maven: string | undefined;
  readonly hasJars: boolean;
}): string[] {
  return [
    ...(found.javaHome === undefined
      ? [
          `Java ${release} is missing (apt-get install openjdk-${release}-jdk-headless, ` +
            'or set JAVA_HOME to one)',
        ]
      : []),
    ...(found.maven === undefined && !found.hasJars
      ? ['Maven is missing (apt-get install maven)']
      : []),
  ];
}

export const findMaven = (): string | undefined => onPath('mvn')[0];

function onPath(program: string): string[] {
  const directories = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  return directories
    .map((directory) => join(directory, program))
    .filter((file) => existsSync(file));
}
