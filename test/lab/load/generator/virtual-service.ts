/** A service and its connections in scripted time, so a run of minutes is exact and quick. */
import { Dispatcher } from '#dist/lab/load/generator/dispatcher.js';
import { RecordSet } from '#dist/lab/load/generator/recorder.js';
import { Schedule } from '#dist/lab/load/generator/schedule.js';
import { type Sender, Slot } from '#dist/lab/load/generator/slot.js';
import type { SlowLog } from '#dist/lab/load/generator/slow-log.js';
import { type StageRecord, StageRecords } from '#dist/lab/load/generator/stage-records.js';
import type { LoadOptions, Stage } from '#dist/lab/load/load-options.js';

export interface VirtualRun {
  readonly rate: number;
  readonly connections: number;
  readonly durationUs: number;
  readonly requestsPerSend?: number;
  readonly delayMs?: () => number;
  /** When the response to a send that arrives at this time comes; undefined: never. */
  readonly respondUs: (arrivedUs: number) => number | undefined;
  /** The generator does nothing in these stretches of time. */
  readonly asleep?: readonly (readonly [fromUs: number, toUs: number])[];
  readonly slow?: SlowLog;
  /** In place of the rate and the duration. */
  readonly stages?: readonly Stage[];
  readonly arrivals?: LoadOptions['arrivals'];
}

export interface VirtualResult {
  readonly records: RecordSet;
  readonly responses: number;
  readonly unanswered: { readonly inFlight: number; readonly unsent: number };
  readonly sentAtUs: readonly number[];
  readonly stages: readonly StageRecord[];
}

/** Plays a run. Times begin at 0; one thread. */
export function play(run: VirtualRun): VirtualResult {
  const { connections, durationUs: endUs, requestsPerSend = 1 } = run;
  const records = new RecordSet();
  const sentAtUs: number[] = [];
  let nowUs = 0;
  let responses = 0;
  const senders = Array.from({ length: connections }, () => new VirtualSender());
  const { rate, stages, arrivals } = run;
  const stageRecords = stages && new StageRecords(stages, 0);
  const slots = senders.map((sender, number) => new Slot(sender, number, run.slow, stageRecords));
  const schedule = new Schedule({
    beginUs: 0,
    load: {
      ...{ rate, threads: 1, warmupMs: 0 },
      ...(stages && { stages }),
      ...(arrivals && { arrivals }),
    },
    thread: 0,
    connections,
    requestsPerSend,
  });
  for (const sender of senders)
    sender.onSend = () => {
      sentAtUs.push(nowUs);
      sender.respondUs = run.respondUs(nowUs) ?? Number.POSITIVE_INFINITY;
      return nowUs;
    };
  const dispatcher = new Dispatcher({
    schedule,
    slots,
    stages: stageRecords,
    requestsPerSend,
    now: () => nowUs,
    delayMs: run.delayMs,
    endUs,
  });
  while (nowUs < endUs) {
    const nextDueUs = dispatcher.sendDue(nowUs);
    const nextResponseUs = Math.min(...senders.map((sender) => sender.respondUs));
    nowUs = wake(Math.min(endUs, nextDueUs, nextResponseUs), run.asleep ?? []);
    for (const [number, sender] of senders.entries()) {
      if (sender.respondUs > nowUs || nowUs >= endUs) continue;
      sender.respondUs = Number.POSITIVE_INFINITY;
      sender.ready = true;
      const slot = slots[number] as Slot;
      for (let request = 0; request < requestsPerSend; request++, responses++)
        dispatcher.received(slot, nowUs, records);
      dispatcher.ready(slot, nowUs, false);
    }
  }
  const unanswered = dispatcher.finish(endUs, records);
  return { records, responses, unanswered, sentAtUs, stages: stageRecords?.all ?? [] };
}

function wake(us: number, asleep: readonly (readonly [number, number])[]): number {
  const nap = asleep.find(([from, to]) => us >= from && us < to);
  return nap ? nap[1] : us;
}

class VirtualSender implements Sender {
  ready = true;
  respondUs = Number.POSITIVE_INFINITY;
  onSend: () => number = () => 0;

  send(): number {
    this.ready = false;
    return this.onSend();
  }
}
