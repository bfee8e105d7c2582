/** Finds the one process of a group that is Node and serves, from Linux's /proc. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { basename } from 'node:path';
import { BuildError } from '../ab/build-error.js';

/** A launcher such as npm is Node too, and waits for its child: that one is meant. */
export function nodeOf(group: number): number {
  const found = readdirSync('/proc')
    .filter((name) => /^[0-9]+$/.test(name))
    .flatMap((name) => {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
        const [, parent, ofGroup] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
        if (Number(ofGroup) !== group) return [];
        const isNode = /^node/.test(basename(readlinkSync(`/proc/${name}/exe`)));
        return [{ pid: Number(name), parent: Number(parent), isNode }];
      } catch {
        return []; // it ended, or is another user's
      }
    });
  const nodes = found.filter(({ pid, isNode }) => isNode && !hasNodeBelow(pid));
  const [node, ...more] = nodes;
  if (node === undefined) throw new BuildError('the command does not run Node');
  if (more.length > 0)
    throw new BuildError(
      `the command runs ${nodes.length} processes of Node; a budget is of one, so start one`,
    );
  return node.pid;

  function hasNodeBelow(pid: number): boolean {
    return found.some((child) => child.parent === pid && (child.isNode || hasNodeBelow(child.pid)));
  }
}
