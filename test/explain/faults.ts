/** The faults, and the cause that each must be given. */

export type ServerName = 'plain' | 'evenkeel';

export interface Fault {
  readonly name: string;
  /** The slow requests of a run with it must have this one. */
  readonly cause: string;
  /** FAULT of inject.mjs. */
  readonly inside?: 'loop' | 'collection';
  /** System calls that strace makes slow. */
  readonly slowCalls?: Readonly<Record<ServerName, string>>;
  /** Whose CPU is taken. */
  readonly hog?: 'server' | 'generator';
  /** The server's reads from the disk are few per second. */
  readonly slowReads?: boolean;
  /** Flags of `evenkeel load`, with the path for the plain server. */
  readonly load: Readonly<Record<ServerName, readonly string[]>>;
  readonly path?: string;
  /** Only these servers have it. */
  readonly only?: ServerName;
}

/** So many keys are stored before the server starts. */
export const keySpace = 200_000;

const get = ['--workload', 'get', '--keys', 'uniform', '--key-space', String(keySpace)];
const quick = { plain: ['-R1000'], evenkeel: ['-R1000', ...get] };

export const faults: readonly Fault[] = [
  {
    name: 'forced collection',
    cause: 'garbage collection',
    inside: 'collection',
    load: quick,
  },
  { name: '30 ms loop', cause: 'blocked event loop', inside: 'loop', load: quick },
  {
    name: 'slow fsync',
    cause: 'disk sync',
    slowCalls: { plain: 'fdatasync', evenkeel: 'pwrite64,pwritev' },
    load: { plain: ['-R200', '-m', 'PUT', '-b', 'x'], evenkeel: ['-R200', '--workload', 'put'] },
  },
  { name: 'CPU hog', cause: 'CPU taken by others', hog: 'server', load: quick },
  {
    name: 'cold file',
    cause: 'page fault',
    slowReads: true,
    path: '/cold',
    load: { plain: ['-R200'], evenkeel: ['-R6', ...get] },
  },
  { name: 'starved generator', cause: 'generator', hog: 'generator', load: quick },
  {
    name: 'slow elsewhere',
    cause: 'not explained',
    path: '/later',
    only: 'plain',
    load: { ...quick, plain: ['-R200'] },
  },
];

/** In a run without a fault nothing waits for a disk or is stopped. */
export const clean = { name: 'none', load: quick } as const;
export const impossible = ['disk sync', 'page fault', 'process stopped'];
