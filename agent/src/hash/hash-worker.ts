/** A thread that hashes one file after the other, synchronously: a slow disk blocks it and nobody else. */
import { parentPort, workerData } from 'node:worker_threads';
import { wallMsNow } from '../clock/real-clock.ts';
import { HashControl } from './hash-control.ts';
import { HashPace, type PaceRates, paceClock } from './hash-pace.ts';
import { type AfterChunk, type ReadLimits, type ReadOutcome, readContent } from './read-content.ts';
import { setThreadPriority } from './thread-priority.ts';

export interface HashWorkerData {
  /** See HashControl. */
  control: SharedArrayBuffer;
  limits: ReadLimits;
  /** See HashPace. */
  pace: SharedArrayBuffer;
  rates: PaceRates;
  /** Scheduling priority of this thread alone, 0 (normal) to 19 (nicest). */
  niceness: number;
}

export interface FileToHash {
  path: string;
  followLink: boolean;
  /** Is hashed also while hashing rests. */
  alsoAtRest: boolean;
}

export interface HashRequest {
  files: readonly FileToHash[];
}

export interface HashedFile {
  outcome: ReadOutcome;
  /** Whatever came of it. */
  bytesRead: number;
}

export interface HashReply {
  /** In the order of the request. */
  files: HashedFile[];
  /** CPU time of this thread since it started. */
  cpuMs: number;
}

/** A file is kept open so long while hashing rests; then it is begun again later, since what is open cannot be removed. */
const LONGEST_OPEN_REST_MS = 60_000;

const port = parentPort;
if (!port) throw new Error('hash-worker is the body of a worker thread');
const { control: controlBuffer, limits, pace: paceBuffer, rates, niceness } = workerData as HashWorkerData;
const control = new HashControl(controlBuffer);
const pace = new HashPace(paceBuffer, rates);
const isPaced = Number.isFinite(rates.bytesPerSecond) || Number.isFinite(rates.cpuShare);
let pausedMs = 0;
let bytesRead = 0;

function afterChunk(bytes: number, alsoAtRest: boolean): AfterChunk {
  bytesRead += bytes;
  const beganMs = performance.now();
  if (isPaced) keepPace(bytes, beganMs);
  if (!alsoAtRest) rest();
  pausedMs += performance.now() - beganMs;
  switch (control.told) {
    case 'stop':
      return 'cancelled';
    case 'rest':
      return alsoAtRest ? 'go on' : 'put-back';
    case 'go on':
      return 'go on';
  }
}

function rest(): void {
  const untilMs = performance.now() + LONGEST_OPEN_REST_MS;
  for (;;) {
    const leftMs = untilMs - performance.now();
    if (control.told !== 'rest' || leftMs <= 0) return;
    control.waitWhile('rest', leftMs);
  }
}

/** Being told to rest or to work does not shorten it. */
function keepPace(bytes: number, beganMs: number): void {
  const { nowUs, cpuUs } = paceClock();
  const untilMs = beganMs + pace.delayAfter(bytes, nowUs, cpuUs);
  for (;;) {
    const leftMs = untilMs - performance.now();
    const { told } = control;
    if (leftMs < 1 || told === 'stop') return;
    control.waitWhile(told, leftMs);
  }
}

function hash({ path, followLink, alsoAtRest }: FileToHash): HashedFile {
  bytesRead = 0;
  // What was handed over before is not even opened.
  if (control.told === 'stop') return { outcome: { kind: 'cancelled' }, bytesRead };
  if (control.told === 'rest' && !alsoAtRest) return { outcome: { kind: 'put-back' }, bytesRead };
  const outcome = readContent(path, followLink, {
    limits,
    afterChunk: (bytes) => afterChunk(bytes, alsoAtRest),
    busyMs: () => performance.now() - pausedMs,
    waitMs: (ms) => control.waitWhile(control.told, ms),
    wallMs: wallMsNow,
  });
  return { outcome, bytesRead };
}

setThreadPriority(niceness);
port.on('message', ({ files }: HashRequest) => {
  const hashed = files.map(hash);
  const { user, system } = process.threadCpuUsage();
  port.postMessage({ files: hashed, cpuMs: (user + system) / 1000 } satisfies HashReply);
});
