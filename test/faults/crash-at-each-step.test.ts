/**
 * Crashes at every step of what makes things durable (R5): the program is killed before each of the system calls that
 * change a file, one run for each, and what it had said before has to hold. In the full run each crash is also a power
 * cut, which leaves only what was synced.
 */

import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { FULL } from '../full-run.ts';
import { LoopDisk } from './loop-disk.ts';
import { canRun } from './needed-programs.ts';
import { work as agentStore } from './steps/agent-store-steps.ts';
import { work as append } from './steps/append-steps.ts';
import { work as checkpoint } from './steps/checkpoint-steps.ts';
import type { Crash, SteppedWork } from './steps/stepped-work.ts';

const PROGRAM = join(import.meta.dirname, 'steps/run-steps.ts');
/** Whatever changes a file, its length or its name. */
const CALLS = ['pwrite64', 'fsync', 'fdatasync', 'ftruncate', 'unlink', 'rename', 'link', 'mkdir'];
const AT_A_TIME = FULL ? 1 : 3;
/** Spread over all. */
const MOST_STEPS = FULL ? undefined : 60;
const DISK_MIB = 512;

const WORKS: Record<string, SteppedWork> = { append, checkpoint, 'agent-store': agentStore };

const possible = canRun('crashes at each step', 'strace', ...(FULL ? (['mkfs.ext4', 'mount'] as const) : []));

describe.runIf(possible).each(Object.entries(WORKS))('a crash at each step of %s', (name, work) => {
  test('leaves what was said, and at most one thing more', async () => {
    const tried = await crashEverywhere(name, work, false, MOST_STEPS);
    console.log(`crashes at each step of ${name}:`, tried.steps, 'steps,', tried.hit, 'hit', tried.calls);
    expect(tried.faults).toEqual([]);
    expect(tried.hit).toBe(tried.steps);
    expect(tried.steps).toBeGreaterThan(20);
  }, 3_600_000);

  test('would show that something is said too early', async () => {
    const tried = await crashEverywhere(name, work, true, 6);
    expect(tried.faults.length).toBeGreaterThan(0);
  }, 120_000);
});

interface Tried {
  steps: number;
  hit: number;
  faults: string[];
  /** Steps by system call. */
  calls: Record<string, number>;
}

/** `most`: not all steps but so many, spread over them. */
async function crashEverywhere(
  name: string,
  work: SteppedWork,
  early: boolean,
  most?: number,
): Promise<Tried> {
  const disk = FULL && !early ? LoopDisk.create(DISK_MIB) : undefined;
  const root = disk?.folder ?? mkdtempSync(join(tmpdir(), 'fleetmeter-steps-'));
  const prepared = join(root, 'prepared');
  mkdirSync(prepared);
  if (!FULL) await work.prepare(prepared);
  const tried: Tried = { steps: 0, hit: 0, faults: [], calls: {} };
  let next = 0;
  const crash = async (call: string, when: number): Promise<void> => {
    const folder = join(root, `run-${next++}`);
    cpSync(prepared, folder, { recursive: true });
    const { said, killed } = await killedAt(name, folder, call, when, early);
    tried.hit += killed ? 1 : 0;
    const step = `before ${call} ${when}, after "${said.at(-1)}"`;
    const look = async (place: string, how: Crash): Promise<void> => {
      const faults = await work.faults(place, said, how).catch((error: unknown) => [String(error)]);
      tried.faults.push(...faults.map((fault) => `${step}, ${how}: ${fault}`));
    };
    const left = disk?.afterPowerCut();
    if (left) {
      const place = join(left.folder, folder.slice(root.length));
      mkdirSync(place, { recursive: true });
      await look(place, 'power cut').finally(() => left.remove());
    }
    await look(folder, 'killed');
    if (!disk) rmSync(folder, { recursive: true });
  };
  try {
    const all = await stepsOf(name, join(root, 'whole'), prepared, early);
    for (const { call } of all) tried.calls[call] = (tried.calls[call] ?? 0) + 1;
    const steps = most === undefined ? all : all.filter((_, at) => at % Math.ceil(all.length / most) === 0);
    tried.steps = steps.length;
    const waiting = steps.values();
    await Promise.all(
      Array.from({ length: AT_A_TIME }, async () => {
        for (const { call, when } of waiting) await crash(call, when);
      }),
    );
    return tried;
  } finally {
    if (disk) disk.remove();
    else rmSync(root, { recursive: true });
  }
}

/** Every call of a run that is left alone, with its number among those of its name. */
async function stepsOf(
  name: string,
  folder: string,
  prepared: string,
  early: boolean,
): Promise<{ call: string; when: number }[]> {
  cpSync(prepared, folder, { recursive: true });
  const log = `${folder}.log`;
  await traced(['-o', log, '-e', `trace=${CALLS.join()}`], name, folder, early);
  const counts: Record<string, number> = {};
  return readFileSync(log, 'utf8')
    .split('\n')
    .map((line) => /^(\w+)\(/.exec(line)?.[1])
    .filter((call) => call !== undefined)
    .map((call) => {
      counts[call] = (counts[call] ?? 0) + 1;
      return { call, when: counts[call] };
    });
}

async function killedAt(
  name: string,
  folder: string,
  call: string,
  when: number,
  early: boolean,
): Promise<{ said: string[]; killed: boolean }> {
  const inject = `inject=${call}:signal=KILL:when=${when}`;
  return await traced(['-o', '/dev/null', '-e', `trace=${call}`, '-e', inject], name, folder, early);
}

function traced(
  options: readonly string[],
  name: string,
  folder: string,
  early: boolean,
): Promise<{ said: string[]; killed: boolean }> {
  const command = [process.execPath, PROGRAM, name, folder, ...(early ? ['early'] : [])];
  return new Promise((resolve) => {
    execFile('strace', ['-qq', ...options, ...command], (error, stdout) => {
      const said = stdout.split('\n').filter((line) => line !== '');
      resolve({ said, killed: (error as { signal?: string } | null)?.signal === 'SIGKILL' });
    });
  });
}
