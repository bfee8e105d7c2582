/** `evenkeel profile`: where a running process spends its CPU time, or allocates; and how two such profiles differ. */
import { ProfileError } from '../lab/profile/profile-errors.js';
import { describeGroups, UsageError } from './args/flags.js';
import { exitCodes } from './exit-codes.js';
import { diff, diffFlags } from './profile/profile-diff.js';
import { take, takeFlags } from './profile/profile-take.js';

export const summary = 'sample the CPU time or the allocations of a running Node process';

export const errors = [ProfileError];

const [takeHelp, diffHelp] = describeGroups(takeFlags, diffFlags);

export const help = `evenkeel profile: ${summary}

Usage: evenkeel profile cpu|alloc (--pid N | --url ADMIN) [flags]
       evenkeel profile diff BEFORE AFTER [flags]

${takeHelp}

Of diff, whose BEFORE and AFTER are .json of this command, .cpuprofile or .heapprofile:
${diffHelp}

What is written goes by the ending of the name:
  .svg          a flame graph; in a browser it zooms, searches and explains
  .collapsed    folded stacks, one a line, for other tools
  .cpuprofile   (cpu) as V8 recorded the main thread; Chrome's developer tools and speedscope open it; with --native all threads
  .heapprofile  (alloc) likewise
  .json         everything, for profile diff and for programs

--pid opens the inspector of the process (SIGUSR1) and closes it again; one that is open is used and stays open. Worker threads are sampled
too, each below a frame 'worker NAME'. CPU time is the time on a CPU: idle time is left out everywhere, and on Linux also waiting for
the disk and for a free CPU. V8 does not see the memory of Buffers; what is outside its heap is printed beside.

--native samples with Linux's perf (Debian's linux-perf) instead, for which the process is not attached to: all threads, with native and kernel
frames. Functions in JavaScript have names only if the program was started with
  NODE_OPTIONS='--perf-basic-prof-only-functions --interpreted-frames-native-stack'
(V8 then keeps a list of its code in /tmp/perf-PID.map), and what it inlined is part of its caller. Libraries without frame pointers, such as the C library, may hide who called them. The
kernel's frames take root, or sysctl kernel.perf_event_paranoid=1. With --url the server must be on this machine.
Ctrl-C ends the sampling early, and with --pid writes what there is.

Exit codes:
  ${exitCodes.fine}    written
  ${exitCodes.failed}    no such process or port, not permitted, not Node, no perf, or a file that can't be written
  ${exitCodes.usage}    a wrong command line; no process was touched
  ${exitCodes.interrupted}  Ctrl-C ended it early

Examples:
  evenkeel profile cpu --pid 4711 --seconds 15 -o cpu-put.svg
  evenkeel serve --admin-port 9000
  evenkeel profile alloc --url http://127.0.0.1:9000 --requests 150000 -o alloc.svg -o alloc.json
  evenkeel profile cpu --native --pid 4711 -o native.svg
  evenkeel profile diff before.json after.json -o diff.svg
`;

/** Sets the exit code. */
export async function run([what, ...args]: readonly string[]): Promise<void> {
  if (what === 'cpu' || what === 'alloc') await take(what, args);
  else if (what === 'diff') diff(args);
  else throw new UsageError(`profile takes cpu, alloc or diff first, got '${what ?? ''}'`);
}
