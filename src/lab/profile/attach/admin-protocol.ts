/** The contract of an admin port and its clients. */

export const adminPaths = { profile: '/profile', status: '/status' } as const;

/** The longest sampling that an admin port takes on. */
export const maxSeconds = 600;

/** The content of a response to GET /status. */
export interface AdminStatus {
  readonly pid: number;
  readonly versions: NodeJS.ProcessVersions;
  readonly uptimeSeconds: number;
  readonly memory: NodeJS.MemoryUsage;
  /** How many requests the server has served so far. */
  readonly requests: number;
  /** Whether a sampling runs. */
  readonly profiling: boolean;
}
