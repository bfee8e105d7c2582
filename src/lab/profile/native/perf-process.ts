/** Facts about a Node process that perf lacks: where its program lies, and V8's names of code. */
import { existsSync, readFileSync, readlinkSync, realpathSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { programFileOf } from '../attach/process-info.js';
import { ProfileError } from '../profile-errors.js';
import { JitMap } from './jit-map.js';

/** The directory of the package that the program belongs to, or of its file. */
export function programRootOf(pid: number): string | undefined {
  try {
    const directory = readlinkSync(`/proc/${pid}/cwd`);
    const file = programFileOf(pid);
    if (file === undefined || !existsSync(resolve(directory, file))) return directory;
    const own = dirname(realpathSync(resolve(directory, file)));
    for (let at = own; at !== dirname(at); at = dirname(at))
      if (existsSync(join(at, 'package.json'))) return at;
    return own;
  } catch {
    return undefined; // it ended, or does not let us see
  }
}

/** V8 never shortens its list; what is larger is more than a string can hold, or nearly. */
const maxBytes = 256 * 1024 ** 2;

/** Undefined if the process writes no list. @throws ProfileError `perf` if it is too large */
export function codeOf(pid: number): JitMap | undefined {
  try {
    // In a container the process has another number, and a /tmp of its own.
    const status = readFileSync(`/proc/${pid}/status`, 'latin1');
    const file = `/proc/${pid}/root/tmp/perf-${/^NSpid:.*\t(\d+)$/m.exec(status)?.[1] ?? pid}.map`;
    const { mtimeMs, size, uid } = statSync(file);
    // One left by an earlier process of the same number, or by somebody else, names nothing here.
    if (mtimeMs < (startedMsOf(pid) ?? 0) || ![0, statSync(`/proc/${pid}`).uid].includes(uid))
      return undefined;
    if (size <= maxBytes) return new JitMap(readFileSync(file, 'utf8'));
    const sizes = `has ${size} bytes, and at most ${maxBytes} are read`;
    const message = `V8's list of code of process ${pid} ${sizes}; restart the process`;
    throw new ProfileError('perf', message);
  } catch (error) {
    if (error instanceof ProfileError) throw error;
    return undefined; // it writes none
  }
}

/** When it started, on the file system's clock: the kernel tells hundredths of a second. */
export function startedMsOf(pid: number): number | undefined {
  try {
    const bootSeconds = Number(/^btime (\d+)$/m.exec(readFileSync('/proc/stat', 'latin1'))?.[1]);
    // The program's name, in parentheses, may hold anything; what follows are fields 3 and so on.
    const [, rest = ''] = /^.*\)\s(.*)$/s.exec(readFileSync(`/proc/${pid}/stat`, 'latin1')) ?? [];
    return (bootSeconds - 1) * 1000 + Number(rest.split(' ')[19]) * 10;
  } catch {
    return undefined; // not Linux, or it ended
  }
}
