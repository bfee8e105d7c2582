/** A service and its connections in scripted time: nothing here waits, so a run of minutes takes a moment and is exact. */
import { Dispatcher } from '#dist/lab/load/generator/dispatcher.js';
import { RecordSet } from '#dist/lab/load/generator/recorder.js';
import { Schedule } from '#dist/lab/load/generator/schedule.js';
import type { Lane } from '#dist/lab/load/generator/slot.js';
import type { SlowLog } from '#dist/lab/load/generator/slow-log.js';

export interface VirtualRun {
  readonly rate: number;
  readonly connections: number;
  readonly durationUs: number;
  readonly requestsPerSend?: number;
  readonly delayMs?: () => number;
  /** When a send that arrives at this time is answered; undefined: never. */
  readonly answerUs: (arrivedUs: number) => number | undefined;
  /** The generator does nothing in these stretches of time. */
  readonly asleep?: readonly (readonly [fromUs: number, toUs: number])[];
  readonly slow?: SlowLog;
}

export interface VirtualResult {
  readonly records: RecordSet;
  readonly answered: number;
  readonly unanswered: { readonly inFlight: number; readonly unsent: number };
  readonly sentAtUs: readonly number[];
}

/** Plays a run. Times begin at 0; one thread. */
export function play(run: VirtualRun): VirtualResult {
  const { connections, durationUs: endUs, requestsPerSend = 1 } = run;
  const records = new RecordSet();
  const sentAtUs: number[] = [];
  let nowUs = 0;
  let answered = 0;
  const lanes = Array.from({ length: connections }, () => new VirtualLane());
  const schedule = new Schedule({
    beginUs: 0,
    rate: run.rate / requestsPerSend,
    threads: 1,
    thread: 0,
    connections,
  });
  for (const lane of lanes)
    lane.onSend = () => {
      sentAtUs.push(nowUs);
      lane.answerUs = run.answerUs(nowUs) ?? Number.POSITIVE_INFINITY;
      return nowUs;
    };
  const { delayMs, slow } = run;
  const dispatcher = new Dispatcher({
    schedule,
    lanes,
    requestsPerSend,
    now: () => nowUs,
    delayMs,
    endUs,
    slow,
  });
  while (nowUs < endUs) {
    const nextDueUs = dispatcher.sendDue(nowUs);
    const nextAnswerUs = Math.min(...lanes.map((lane) => lane.answerUs));
    nowUs = wake(Math.min(endUs, nextDueUs, nextAnswerUs), run.asleep ?? []);
    for (const [index, lane] of lanes.entries()) {
      if (lane.answerUs > nowUs || nowUs >= endUs) continue;
      lane.answerUs = Number.POSITIVE_INFINITY;
      lane.ready = true;
      for (let request = 0; request < requestsPerSend; request++, answered++)
        dispatcher.answered(index, nowUs, records);
      dispatcher.ready(index, nowUs, false);
    }
  }
  return { records, answered, unanswered: dispatcher.finish(endUs, records), sentAtUs };
}

function wake(us: number, asleep: readonly (readonly [number, number])[]): number {
  const nap = asleep.find(([from, to]) => us >= from && us < to);
  return nap ? nap[1] : us;
}

class VirtualLane implements Lane {
  ready = true;
  answerUs = Number.POSITIVE_INFINITY;
  onSend: () => number = () => 0;

  send(): number {
    this.ready = false;
    return this.onSend();
  }
}
