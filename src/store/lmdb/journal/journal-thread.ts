/** The journal thread: writes frames to the files of the segments, and waits for the disk. */
import { writeSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import type { FrameReply, FrameToWrite } from './frame-writer.js';

const memories = (workerData as readonly SharedArrayBuffer[]).map((memory) => Buffer.from(memory));

const port = parentPort;
if (port === null) throw new TypeError('journal-thread.js runs as a worker thread');

port.on('message', (frame: FrameToWrite) => port.postMessage(write(frame)));

function write({ file, segment, at, bytes }: FrameToWrite): FrameReply {
  try {
    const written = writeSync(file, memories[segment] as Buffer, at, bytes, at);
    return written < bytes ? `only ${written} of ${bytes} bytes written` : undefined;
  } catch (error) {
    return (error as Error).message;
  }
}
