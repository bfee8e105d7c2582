/**
 * Asks a node whether it serves, in version 4 of Cassandra's native protocol. By hand, as the tool
 * must run without the optional driver, and needs two requests of it.
 *
 * A node that answers CQL is not ready: for some seconds it may take another node for dead. So it
 * reads a system table that all nodes replicate at ALL, which only passes if it sees all of them.
 */
import { connect } from 'node:net';
import { cqlPort, hostOf } from './settings.js';

/** Nothing; CQL, but others are missing; CQL, and this node sees all others up. */
export const grades = ['silent', 'answers', 'whole'] as const;
export type Grade = (typeof grades)[number];

const opcodes = { error: 0, startup: 1, ready: 2, query: 7, result: 8 };
const headBytes = 9;
/** The table has factor 3. Fewer nodes cannot pass ALL: so ONE of one, QUORUM of two. */
const levels: Record<number, number> = { 1: 1, 2: 4, 3: 5 };
const timeoutMs = 3000;
const cql =
  'SELECT status FROM system_distributed.view_build_status ' +
  "WHERE keyspace_name = 'none' AND view_name = 'none'";

const startup = frame(
  opcodes.startup,
  Buffer.concat([Buffer.from([0, 1]), shortString('CQL_VERSION'), shortString('3.0.0')]),
);

export function probe(node: number, nodes: number): Promise<Grade> {
  return new Promise((resolve) => {
    const socket = connect(cqlPort, hostOf(node), () => socket.write(startup));
    let grade: Grade = 'silent';
    let received = Buffer.alloc(0);
    const end = () => {
      socket.destroy();
      resolve(grade);
    };
    socket.setTimeout(timeoutMs, end);
    socket.on('error', end);
    socket.on('close', end);
    socket.on('data', (bytes: Buffer) => {
      received = Buffer.concat([received, bytes]);
      if (received.length < headBytes) return;
      const frameBytes = headBytes + received.readUInt32BE(5);
      if (received.length < frameBytes) return;
      const opcode = received[4];
      received = received.subarray(frameBytes);
      if (grade === 'silent' && opcode === opcodes.ready) {
        grade = 'answers';
        socket.write(frame(opcodes.query, query(levels[nodes] ?? 5)));
        return;
      }
      if (opcode === opcodes.result) grade = 'whole';
      end();
    });
  });
}

function query(level: number): Buffer {
  const text = Buffer.from(cql);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(text.length);
  const noFlags = 0;
  return Buffer.concat([length, text, Buffer.from([0, level, noFlags])]);
}

function frame(opcode: number, content: Buffer): Buffer {
  const head = Buffer.from([4, 0, 0, 0, opcode, 0, 0, 0, 0]);
  head.writeUInt32BE(content.length, 5);
  return Buffer.concat([head, content]);
}

function shortString(text: string): Buffer {
  const bytes = Buffer.from(`\0\0${text}`);
  bytes.writeUInt16BE(bytes.length - 2);
  return bytes;
}
