/**
 * Writes and syncs of the stream and the control store that fail (R6): nothing of that commit is acknowledged, which a
 * power cut right after it shows; devices send again, and the collector goes on.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { FULL, sayProgress } from '../full-run.ts';
import { SeededRandom } from '../model/seeded-random.ts';
import { newTally } from './cut-disk.ts';
import { canRun } from './needed-programs.ts';
import { ReceivingOnDisk } from './receiving-on-disk.ts';
import { type Fault, failCalls } from './traced-faults.ts';

const SEED = Number(process.env.FLEETMETER_SEED ?? Date.now() % 2 ** 31);
const ROUNDS = FULL ? 20 : 1;
/** Once, and for a while in which everything fails. */
const HOW_OFTEN = [
  { when: '1', forMs: 0 },
  { when: '1+', forMs: 300 },
];
/** Whose files; of all, also those that are only now being made, as the next segment. */
const PLACES = ['stream', 'control', 'all'] as const;
type Place = (typeof PLACES)[number];
const FAULTS = ['pwrite64', 'fsync'].flatMap((call) => ['EIO', 'ENOSPC'].map((error) => ({ call, error })));
/** It takes milliseconds; more only on a machine that does much else. */
const GOES_ON_WITHIN_MS = 30_000;

const possible = canRun('disks that fail', 'mkfs.ext4', 'mount', 'strace');

describe.runIf(possible)('a disk that fails', () => {
  test(`acknowledges nothing that is not on it, and goes on afterwards (FLEETMETER_SEED=${SEED})`, async () => {
    const receiving = await ReceivingOnDisk.start(new SeededRandom(SEED));
    const tally = newTally();
    const failed: Record<string, number> = {};
    let slowestMs = 0;
    try {
      for (let round = 0; round < ROUNDS; round++) {
        for (const place of PLACES)
          for (const fault of FAULTS)
            for (const { when, forMs } of HOW_OFTEN) {
              const count = await failOn(receiving, place, { ...fault, when }, forMs);
              const name = `${place} ${fault.call} ${fault.error} ${when}`;
              failed[name] = (failed[name] ?? 0) + count;
              await receiving.cutPower(tally);
              slowestMs = Math.max(slowestMs, await goesOn(receiving));
            }
        expect(tally.lost).toEqual([]);
        sayProgress('rounds', round + 1, ROUNDS);
      }
      console.log('calls that failed', failed, 'answers', receiving.load.refused, {
        ...tally,
        slowestMs: Math.round(slowestMs),
      });
      for (const [name, count] of Object.entries(failed)) expect(count, name).toBeGreaterThan(0);
      expect(tally.failedStarts).toEqual([]);
      expect(receiving.hasEnded).toBe(false);
      const answers = [...receiving.load.refused.keys()];
      expect(answers.filter((answer) => !/^503 stream-(full|unavailable)$/.test(answer))).toEqual([]);
      expect(answers).toContain('503 stream-unavailable');
      expect(answers).toContain('503 stream-full');
    } finally {
      await receiving.close();
    }
  }, 3_600_000);
});

async function failOn(
  receiving: ReceivingOnDisk,
  place: Place,
  fault: Fault,
  forMs: number,
): Promise<number> {
  const folder = join(receiving.folder, 'collector');
  const stream = (): string[] =>
    readdirSync(join(folder, 'stream'))
      .filter((name) => name.endsWith('.sqlite'))
      .flatMap((name) => [join(folder, 'stream', name), join(folder, 'stream', `${name}-wal`)]);
  for (let tries = 0; tries < 8; tries++) {
    const files = {
      ...{ stream: stream(), all: [] },
      control: [join(folder, 'control.db'), join(folder, 'control.db-wal')],
    }[place];
    const count = await failCalls(receiving.pid, fault, files, { forMs, withinMs: 1_000 });
    if (count > 0) return count;
  }
  return 0;
}

/** Milliseconds until devices are acknowledged again. */
async function goesOn(receiving: ReceivingOnDisk): Promise<number> {
  const [before, began] = [receiving.load.count, performance.now()];
  while (receiving.load.count <= before + receiving.load.devices.length) {
    if (performance.now() - began > GOES_ON_WITHIN_MS) throw new Error('nothing is acknowledged any more');
    await sleep(10);
  }
  return performance.now() - began;
}
