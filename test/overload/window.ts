/** The parts of a scenario, and the figures of the probe in each. */
export interface WindowResult {
  readonly name: string;
  readonly requests: number;
  /** Requests whose connection was lost, or whose response came too late. */
  readonly lost: number;
  readonly refused: number;
  readonly p99Ms: number;
  readonly newConnections: number;
  /** New clients that got a refusal. */
  readonly newRefused: number;
  /** New clients that had no response, not even a refusal, within 2 s. */
  readonly unanswered: number;
  readonly maxNewMs: number;
}

/** In their order: before, during and after the attack, and while it comes and goes. */
export const windowNames = ['alone', 'arriving', 'beside', 'ending', 'after'] as const;
export type WindowName = (typeof windowNames)[number];
export type Windows = Readonly<Record<WindowName, WindowResult>>;

export const endMessage = 'end';
