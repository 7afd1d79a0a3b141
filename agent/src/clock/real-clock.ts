/** The only file that touches real time. */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { KernelText } from '../host/kernel-text.linux.ts';
import { BootTime } from './boot-time.ts';
import type { Clock, Instant } from './clock.ts';

const LONGEST_TIMER_MS = 2 ** 31 - 1;

export function realClock(): Clock {
  // Without /proc each start of the agent counts as a boot of its own: nothing is carried over, nothing doubled.
  const bootId = readBootId() ?? randomUUID();
  return { now, bootId: () => bootId, utcOffsetSeconds, sleep };
}

/** For threads that compare inode times with it and need no other clock. Milliseconds since 1970. */
export function wallMsNow(): number {
  return Date.now();
}

const uptime = new KernelText('/proc/uptime');
const bootTime = new BootTime(readUptimeMs);

function now(): Instant {
  const monotonicMs = Number(process.hrtime.bigint() / 1_000_000n);
  const wallMs = Date.now();
  return { wallMs, monotonicMs, bootMs: bootTime.at(monotonicMs, wallMs) };
}

function readUptimeMs(): number | undefined {
  const text = uptime.read();
  return text === undefined ? undefined : Math.round(Number.parseFloat(text) * 1000);
}

function readBootId(): string | undefined {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
  } catch {
    return undefined;
  }
}

function utcOffsetSeconds(): number {
  return -new Date().getTimezoneOffset() * 60;
}

function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, Math.min(Math.max(ms, 0), LONGEST_TIMER_MS));
    signal?.addEventListener('abort', done, { once: true });
  });
}
