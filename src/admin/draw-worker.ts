/** A thread that draws one recording as a flame graph, and ends. */
import { parentPort, workerData } from 'node:worker_threads';
import { profileOf } from '../lab/profile/convert/profile-of.js';
import { renderFlameGraph } from '../lab/profile/flame/flame-graph.js';
import type { Drawing } from './draw-profile.js';

const { recording, title } = workerData as Drawing;
parentPort?.postMessage(renderFlameGraph(profileOf(recording), { title }));
