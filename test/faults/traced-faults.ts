/** Makes single system calls of a running process fail, from outside: it is traced for as long as that takes. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Fault {
  /** As `pwrite64`. */
  call: string;
  /** As `EIO`. */
  error: string;
  /** Which of the calls from now on fail, as strace says it: `1` is the next, `1+` all of them. */
  when: string;
}

/** Of calls that concern these files, of all calls when none is named. Resolves with how many failed once one did and `forMs` have passed. */
export async function failCalls(
  pid: number,
  { call, error, when }: Fault,
  files: readonly string[],
  { forMs = 0, withinMs = 10_000 }: { forMs?: number; withinMs?: number } = {},
): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'fleetmeter-trace-'));
  const log = join(folder, 'log');
  const inject = `inject=${call}:error=${error}:when=${when}`;
  const tracer = spawn('strace', [
    ...['-f', '-qq', '-p', String(pid), '-o', log, '-e', `trace=${call}`, '-e', inject],
    ...files.flatMap((file) => ['-P', file]),
  ]);
  try {
    const until = performance.now() + withinMs;
    while (failedIn(log) === 0 && performance.now() < until && tracer.exitCode === null) await sleep(10);
    await sleep(forMs);
    await detached(tracer);
    return failedIn(log);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function detached(tracer: ChildProcess): Promise<void> {
  if (tracer.exitCode !== null) return;
  const ended = new Promise((resolve) => tracer.once('exit', resolve));
  tracer.kill('SIGINT');
  await ended;
}

function failedIn(log: string): number {
  try {
    return readFileSync(log, 'utf8').split('(INJECTED)').length - 1;
  } catch {
    return 0;
  }
}
