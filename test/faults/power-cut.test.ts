/**
 * Power cuts of the collector at random moments under load (R2): what was acknowledged is there afterwards, and the
 * collector starts by itself. The same program with its syncs left out must lose something, else nothing is proven.
 */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { openSqliteStream } from '../../collector/src/stream/sqlite-stream.ts';
import { FULL, sayProgress } from '../full-run.ts';
import { SeededRandom } from '../model/seeded-random.ts';
import { type CutTally, newTally } from './cut-disk.ts';
import { LoopDisk } from './loop-disk.ts';
import { canRun } from './needed-programs.ts';
import { ReceivingOnDisk } from './receiving-on-disk.ts';

const CUTS = FULL ? 1000 : 50;
/** Cuts of one disk, which fills meanwhile. */
const CUTS_A_DISK = 50;
const CONTROL_CUTS = 5;
/** Of the log whose start is timed. */
const LOG_MIB = FULL ? 1024 : 128;
const MOST_SECONDS_A_GIB = 5;
const SEED = Number(process.env.FLEETMETER_SEED ?? Date.now() % 2 ** 31);
/** The kernel says that it synced, and did not. */
const WITHOUT_SYNC = 'strace -f -qq -o /dev/null -e trace=fsync,fdatasync -e inject=fsync,fdatasync:retval=0';

const possible = canRun('power cuts of the collector', 'mkfs.ext4', 'mount', 'strace');

describe.runIf(possible)('after a power cut', () => {
  test(`${CUTS} cuts at random moments lose nothing acknowledged (FLEETMETER_SEED=${SEED})`, async () => {
    const random = new SeededRandom(SEED);
    const tally = newTally();
    const began = performance.now();
    while (tally.cuts < CUTS) {
      await cutUnderLoad(random, Math.min(CUTS_A_DISK, CUTS - tally.cuts), tally, []);
      expect(tally.lost).toEqual([]);
      sayProgress('cuts', tally.cuts, CUTS);
    }
    console.log('power cuts', { ...tally, seconds: Math.round((performance.now() - began) / 1000) });
    expect(tally.failedStarts).toEqual([]);
    // A cut proves nothing when nobody was waiting, and one file never followed another.
    expect(tally.inFlight).toBeGreaterThan(tally.cuts);
    expect(tally.trimmed).toBeGreaterThan(0);
  }, 3_600_000);

  test(`a log of ${LOG_MIB} MiB is open again within ${MOST_SECONDS_A_GIB} seconds per GiB`, async () => {
    const disk = LoopDisk.create(LOG_MIB * 2);
    const options = (place: LoopDisk) => ({ folder: join(place.folder, 'stream'), minFreeBytes: 0 });
    const stream = await openSqliteStream(options(disk));
    const envelope = new Uint8Array(8192).fill(7);
    const count = (LOG_MIB * 1024 * 1024) / envelope.length;
    const record = { kind: 'report', deviceId: '00000000000000ab', receivedAt: 1, envelope } as const;
    for (let at = 0; at < count; at += 512)
      await Promise.all(Array.from({ length: 512 }, () => stream.append(record)));
    const left = disk.afterPowerCut();
    try {
      const began = performance.now();
      const opened = await openSqliteStream(options(left));
      const seconds = (performance.now() - began) / 1000;
      const { records } = await opened.stats();
      await opened.close();
      console.log('a log of', LOG_MIB, 'MiB was open after', seconds.toFixed(2), 's');
      expect(records).toBe(count);
      // The process itself takes a moment, however small the log, and longer on a busy machine.
      expect(seconds).toBeLessThan(Math.max(20, (MOST_SECONDS_A_GIB * LOG_MIB) / 1024));
    } finally {
      await stream.close();
      left.remove();
      disk.remove();
    }
  }, 120_000);

  test('the same with its syncs left out loses what was acknowledged', async () => {
    const tally = newTally();
    await cutUnderLoad(new SeededRandom(SEED), CONTROL_CUTS, tally, WITHOUT_SYNC.split(' '));
    console.log('without syncs', { ...tally, lost: tally.lost.length });
    expect(tally.lost.length + tally.failedStarts.length).toBeGreaterThan(0);
  }, 120_000);
});

/** One writer on one disk; each cut looks at a copy of it while the writer goes on. */
async function cutUnderLoad(
  random: SeededRandom,
  cuts: number,
  tally: CutTally,
  under: readonly string[],
): Promise<void> {
  const receiving = await ReceivingOnDisk.start(random, under);
  try {
    for (let cut = 0; cut < cuts; cut++) {
      await sleep(20 + random.below(130));
      if (random.chance(0.3)) await receiving.load.enrol();
      await receiving.cutPower(tally);
    }
    await receiving.load.stop();
    tally.acknowledged += receiving.load.count;
  } finally {
    await receiving.close();
  }
}
