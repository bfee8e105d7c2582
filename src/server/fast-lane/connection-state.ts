/**
 * The states of a connection of the fast lane.
 *
 *     fresh ──first byte──▶ idle ──────────not plain──────────▶ gone (the full lane has it)
 *       │                   │  ▲ ▲
 *       │         request   │  │ └─all out───────────┐
 *       │                   ▼  │                     │
 *       │        ┌─▶ responding ──kernel is slow──▶ flushing
 *       │    done│      │  ▲ └─────────────◀──────────┘
 *       │        │      ▼  │       written
 *       │        ├── running ──timeout──▶ overdue (goes on as running does)
 *       │        │      │
 *       │        │      ▼  large content
 *       │        └── sending
 *       │
 *       └─timeout (408), or the last response while draining:
 *                 closing ◀──▶ flushing-last;  closing ──all out──▶ gone (it lingers)
 */
export type State =
  /** No byte has come. */
  | 'fresh'
  /** No request is under way. */
  | 'idle'
  /** All requests taken have their responses, which wait for the end of the turn. */
  | 'responding'
  /** The store works on a request. Responses before it may wait for the end of the turn. */
  | 'running'
  /** As `running`, after one timeout: the next one destroys the socket. */
  | 'overdue'
  /** The last response is large: its pieces leave one by one. */
  | 'sending'
  /** The kernel has not taken all responses yet. */
  | 'flushing'
  /** As `responding`, but the last response said that it is the last. */
  | 'closing'
  /** As `flushing`, but the last response said that it is the last. */
  | 'flushing-last'
  /** The socket is the full lane's, or lingers. node:http may still send reads here. */
  | 'gone';
