/** The faults need a machine of a kind: two CPUs, Linux, root, and some programs. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmdirSync, statSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';

/** Program → the Debian package that has it. */
const programs = { strace: 'strace', taskset: 'util-linux', chrt: 'util-linux', dd: 'coreutils' };
/** Bytes that a server with slow reads has from the disk per second: a page takes some 100 ms. */
const bytesPerSecond = 35_000;
const blkio = '/sys/fs/cgroup/blkio';
const cpu = '/sys/fs/cgroup/cpu';

/** A line for each thing that is missing. */
export function missing(): string[] {
  const lines: string[] = [];
  if (process.platform !== 'linux') lines.push(`Linux (this is ${process.platform})`);
  if (process.getuid?.() !== 0) lines.push('root: for strace, chrt and cgroups');
  if (availableParallelism() < 2) lines.push('two CPUs: one for the load, one for the server');
  for (const [program, debian] of Object.entries(programs))
    if (spawnSync('sh', ['-c', `command -v ${program}`]).status !== 0)
      lines.push(`the program ${program}: apt-get install ${debian}`);
  if (!existsSync(`${cpu}/cpu.shares`) && !existsSync(v2file('cpu.weight')))
    lines.push('a cgroup for CPUs: cpu, of version 1 or 2');
  if (!existsSync(`${blkio}/blkio.throttle.read_bps_device`) && !existsSync(v2file('io.max')))
    lines.push('a cgroup that limits reads: blkio of version 1, or io of version 2');
  return lines;
}

/**
 * Lets a process read little from the disk that a directory is on.
 * @returns a function that undoes it, once the process has ended
 */
export function limitReads(pid: number, directory: string): () => void {
  const { dev } = statSync(directory);
  const device = wholeDisk(dev);
  const isV1 = existsSync(`${blkio}/blkio.throttle.read_bps_device`);
  const group = `${isV1 ? blkio : '/sys/fs/cgroup'}/evenkeel-explain-${process.pid}`;
  mkdirSync(group);
  if (isV1) writeFileSync(`${group}/blkio.throttle.read_bps_device`, `${device} ${bytesPerSecond}`);
  else writeFileSync(`${group}/io.max`, `${device} rbps=${bytesPerSecond}`);
  writeFileSync(`${group}/cgroup.procs`, String(pid));
  return () => rmdirSync(group);
}

/** Lets a process go before all others that are not real-time, as far as the machine allows. */
export function goFirst(pid: number): void {
  const isV1 = existsSync(`${cpu}/cpu.shares`);
  const group = `${isV1 ? cpu : '/sys/fs/cgroup'}/evenkeel-explain`;
  mkdirSync(group, { recursive: true });
  if (isV1) writeFileSync(`${group}/cpu.shares`, '262144');
  else writeFileSync(`${group}/cpu.weight`, '10000');
  writeFileSync(`${group}/cgroup.procs`, String(pid));
}

/** Drops what the kernel has of a file in memory, as far as nobody maps it. */
export function evict(file: string): void {
  const { status, stderr } = spawnSync('dd', [
    ...[`of=${file}`, 'oflag=nocache', 'conv=notrunc,fdatasync', 'count=0', 'if=/dev/null'],
  ]);
  if (status !== 0) throw new Error(`dd could not drop ${file}: ${stderr}`);
}

function v2file(name: string): string {
  return `/sys/fs/cgroup/${name}`;
}

/** major:minor of the disk, as Linux packs them into a device number. */
function wholeDisk(dev: number): string {
  const major = (dev >> 8) & 0xfff;
  const minor = (dev & 0xff) | ((dev >> 12) & 0xfff00);
  return `${major}:${minor}`;
}
