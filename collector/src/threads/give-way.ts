/**
 * Whoever waits for an answer comes first. On Linux each thread has a niceness of its own: the one that calls this yields the
 * processor to all that exist already. Those that it makes later inherit it, also one that is started again in the place
 * of another; a positive niceness needs no privilege, and cannot be taken back without one.
 */
import { setPriority } from 'node:os';

/**
 * The engine's as well, see engine/kernel-bounds.ts. An insert keeps several of its threads ready to run at once: with more
 * weight than this they leave too little to the few that answer devices (test/load/resync-storm).
 */
const NICENESS = 10;

export function giveWay(): void {
  if (process.platform !== 'linux') return;
  try {
    setPriority(NICENESS);
  } catch {
    // Somebody forbids it; then all threads are equal.
  }
}
