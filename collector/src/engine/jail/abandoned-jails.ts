/**
 * bubblewrap's child waits for its parent before it can hear that the parent has died. Whoever kills a collector in that moment leaves
 * one behind that waits for ever, and holds what it was given: the port at which the next engine is to listen.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { BUBBLEWRAP } from './find-jail.ts';

const GONE_WITHIN_MS = 5_000;
const LOOK_EVERY_MS = 10;

/** Ends those that were made for this folder, a real path, and resolves to their numbers when they are gone. */
export async function endAbandonedJails(dataDir: string): Promise<number[]> {
  const abandoned = abandonedJails(dataDir);
  for (const pid of abandoned) end(pid);
  for (
    const until = performance.now() + GONE_WITHIN_MS;
    performance.now() < until;
    await sleep(LOOK_EVERY_MS)
  )
    if (!abandoned.some((pid) => isJailOf(pid, dataDir))) break;
  return abandoned;
}

/** Whose parent is no bubblewrap any more, though they are first in a namespace of processes that one made. */
function abandonedJails(dataDir: string): number[] {
  return numbersIn('/proc').filter((pid) => {
    if (!isJailOf(pid, dataDir)) return false;
    const status = read(`/proc/${pid}/status`);
    const isFirst = /^NSpid:\t\d+\t1$/m.test(status);
    const parent = /^PPid:\t(\d+)$/m.exec(status)?.[1];
    return isFirst && parent !== undefined && !isJailOf(Number(parent), dataDir);
  });
}

/** False for one that has ended: its command line is empty. */
function isJailOf(pid: number, dataDir: string): boolean {
  const [file = '', ...words] = read(`/proc/${pid}/cmdline`).split('\0');
  if (basename(file) !== BUBBLEWRAP) return false;
  return words.some((word, at) => word === '--bind' && words[at + 1] === dataDir);
}

function numbersIn(folder: string): number[] {
  try {
    return readdirSync(folder)
      .filter((name) => /^\d+$/.test(name))
      .map(Number);
  } catch {
    return [];
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function end(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself, or is somebody else's: then listening says what is the matter.
  }
}
