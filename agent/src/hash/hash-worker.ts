/** A thread that hashes one file at a time, synchronously: a slow disk blocks it and nobody else. */
import { readlinkSync } from 'node:fs';
import { setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import type { HashOutcome } from './file-content.ts';
import { HashPace } from './hash-pace.ts';
import { type ReadLimits, readContent } from './read-content.ts';

export interface HashWorkerData {
  /** One Int32; not 0 means: stop. */
  stop: SharedArrayBuffer;
  limits: ReadLimits;
  bytesPerSecond: number;
  /** Scheduling priority of this thread alone, 0 (normal) to 19 (nicest). */
  niceness: number;
}

export interface HashRequest {
  path: string;
  followLink: boolean;
}

export interface HashReply {
  outcome: HashOutcome;
  /** CPU time of this thread since it started. */
  cpuMs: number;
}

const port = parentPort;
if (!port) throw new Error('hash-worker is the body of a worker thread');
const { stop, limits, bytesPerSecond, niceness } = workerData as HashWorkerData;
const stopFlag = new Int32Array(stop);
const pace = new HashPace(bytesPerSecond);
let pausedMs = 0;

function afterChunk(bytes: number): boolean {
  const delayMs = pace.delayAfter(bytes, performance.now());
  if (delayMs >= 1) {
    Atomics.wait(stopFlag, 0, 0, delayMs);
    pausedMs += delayMs;
  }
  return Atomics.load(stopFlag, 0) === 0;
}

/** Linux gives each thread a priority of its own under its thread id; elsewhere the thread stays as it is. */
function beNice(): void {
  if (niceness === 0 || process.platform !== 'linux') return;
  try {
    setPriority(Number(readlinkSync('/proc/thread-self').split('/').at(-1)), niceness);
  } catch {
    // Politeness only; hashing goes on at normal priority.
  }
}

beNice();
port.on('message', ({ path, followLink }: HashRequest) => {
  const outcome = readContent(path, followLink, {
    limits,
    afterChunk,
    busyMs: () => performance.now() - pausedMs,
  });
  const cpu = process.threadCpuUsage();
  port.postMessage({ outcome, cpuMs: (cpu.user + cpu.system) / 1000 } satisfies HashReply);
});
