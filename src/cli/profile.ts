/** `evenkeel profile`: where a process spends CPU time or memory, and how two profiles differ. */

import { UsageError } from '../config/parsers.js';
import { ProfileError } from '../lab/profile/profile-errors.js';
import { describeGroups } from './args/flags.js';
import { exitCodes } from './exit-codes.js';
import { diffFlags, takeFlags } from './profile/profile-flags.js';

export const summary = 'sample the CPU time or the allocations of a running Node process';

export const errors = [ProfileError];

export const actions = { cpu: takeFlags, alloc: takeFlags, diff: diffFlags };

const [takeHelp, diffHelp] = describeGroups(takeFlags, diffFlags);

export const help = `evenkeel profile: ${summary}

Usage: evenkeel profile cpu|alloc (--pid N | --url ADMIN) [flags]
       evenkeel profile diff BEFORE AFTER [flags]

${takeHelp}

Flags of diff. BEFORE and AFTER are .json of this command, .cpuprofile or .heapprofile:
${diffHelp}

The ending of the name gives the format:
  .svg          a flame graph; in a browser it zooms, searches and explains
  .md           Markdown: the functions by their share, and the hot stacks
  .pb.gz        pprof's format, for go tool pprof and others
  .collapsed    folded stacks, one a line, for other tools
  .cpuprofile   (cpu) as V8 recorded the main thread, for Chrome's developer tools or speedscope;
                with --native all threads
  .heapprofile  (alloc) likewise
  .json         everything, for profile diff and for programs

--pid opens the inspector of the process (SIGUSR1) and closes it again. An inspector that is open
already is used and stays open. Worker threads are sampled too, each below a frame 'worker NAME',
also those that start meanwhile. A note says what is missing, for example a thread that ended.
CPU time is the time on a CPU: idle time is left out everywhere, and on Linux also the time spent
waiting for the disk or a free CPU. V8 does not see the memory of Buffers; the memory outside its
heap is printed with the figures of the process.

Frames of generated code are shown as their source maps say: src/store.ts:41, and the name that the
function has there. Maps are read from the file (data: URL), from where its comment
//# sourceMappingURL= says, or beside it. --no-source-maps leaves that out.

alloc --heap-growth shows what stays on the heap: objects that were allocated in the first half of
the sampling and are still there at its end, after a collection. Values are per 1000 requests of
that half. V8 collects the whole heap twice at both ends, and the program stands still meanwhile. A
full cache that replaces its entries is in the picture too; a note says so if the heap did not grow.

--native samples with Linux's perf (Debian's linux-perf) and does not attach to the process. It
sees all threads, with native and kernel frames. Functions in JavaScript have names only if the
program was started with
  NODE_OPTIONS='--perf-basic-prof-only-functions --interpreted-frames-native-stack'
(V8 then keeps a list of its code in /tmp/perf-PID.map). Inlined functions are part of their caller.
Libraries without frame pointers, such as the C library, may hide their callers. Kernel frames need
root, or sysctl kernel.perf_event_paranoid=1. With --url the server must be on this machine.
Ctrl-C ends the sampling early, and with --pid writes the samples so far.

Exit codes:
  ${exitCodes.fine}    written
  ${exitCodes.failed}    no such process or port, not permitted, not Node, no perf, or no file
  ${exitCodes.usage}    a wrong command line; no process was touched
  ${exitCodes.interrupted}  Ctrl-C, SIGTERM or SIGHUP ended it early

Examples:
  evenkeel profile cpu --pid 4711 --seconds 15 -o cpu-put.svg
  evenkeel serve --admin-port 9001
  evenkeel profile cpu --pid 4711 -o cpu.md -o cpu.pb.gz
  evenkeel profile alloc --url http://127.0.0.1:9001 -o alloc.svg -o alloc.json
  evenkeel profile alloc --heap-growth --seconds 60 --url http://127.0.0.1:9001
  evenkeel profile cpu --native --pid 4711 -o native.svg
  evenkeel profile diff before.json after.json -o diff.svg
`;

export async function run([what, ...args]: readonly string[]): Promise<void> {
  if (what === 'cpu' || what === 'alloc')
    await (await import('./profile/profile-take.js')).take(what, args);
  else if (what === 'diff') (await import('./profile/profile-diff.js')).diff(args);
  else throw new UsageError(`profile takes cpu, alloc or diff first, got '${what ?? ''}'`);
}
