/**
 * Power cuts between the stream and the tables (R3), collector and engine on one disk: nobody reports meanwhile, so what
 * the tables say afterwards comes from the stream and from parts that were on the disk. With the engine's syncs switched
 * off the same must lose something.
 */

import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { SqliteControlStore } from '../../collector/src/control/sqlite-control-store.ts';
import { openSqliteStream } from '../../collector/src/stream/sqlite-stream.ts';
import { FULL, sayProgress } from '../full-run.ts';
import { SeededRandom } from '../model/seeded-random.ts';
import { LoopDisk } from './loop-disk.ts';
import { canRun } from './needed-programs.ts';
import { SiteUnderFire } from './site-under-fire.ts';
import { killProcesses, processTree, stopProcesses } from './stopped-processes.ts';

const CUTS = Number(process.env.FLEETMETER_CUTS ?? (FULL ? 100 : 4));
const CONTROL_CUTS = 3;
const AGENTS = 6;
const DISK_MIB = 1536;
const SEED = Number(process.env.FLEETMETER_SEED ?? Date.now() % 2 ** 31);
/** From "nothing is processed" to "everything is derived". */
const LATEST_CUT_MS = 2_500;

/** Of the cut. */
const WHEN = [
  'at any time',
  'before anything is processed',
  'when all is derived',
  'when parts are gone that were just merged',
] as const;
type When = (typeof WHEN)[number];
const DERIVED: ReadonlySet<When> = new Set([
  'when all is derived',
  'when parts are gone that were just merged',
]);
/** The engine looks every 30 s for what it may remove. */
const MOST_MERGES = 200;
/** Made anew, or empty, whenever something is derived. */
const SCRATCH = ['application_epochs', 'application_numbers', 'application_of_executable', 'usage_concerns'];

const possible = canRun('power cuts between stream and tables', 'mkfs.ext4', 'mount');

describe.runIf(possible)('after a power cut between stream and tables', () => {
  test(`${CUTS} cuts: the tables say what was acknowledged (FLEETMETER_SEED=${SEED})`, async () => {
    const outcome = await cutAgainAndAgain(CUTS, WHEN, async () => {});
    console.log('cuts before the tables', outcome);
    expect(outcome.differences).toEqual([]);
    // Some cuts must have found work between stream and tables, and some everything derived.
    expect(outcome.replayed).toBeGreaterThan(0);
    expect(outcome.derived).toBeGreaterThan(0);
    expect(outcome.broken).toEqual([]);
  }, 3_600_000);

  test('every table of the engine that is not scratch syncs its parts', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'fleetmeter-tables-'));
    const site = await SiteUnderFire.start({ folder, agents: 0, random: new SeededRandom(1) });
    try {
      const unsynced = await site.collector.writerSql<{ name: string }>(
        `SELECT name FROM system.tables WHERE database LIKE 'fleetmeter%' AND engine LIKE '%MergeTree'
         AND NOT (engine_full LIKE '%fsync_after_insert = 1%' AND engine_full LIKE '%fsync_part_directory = 1%'
           AND engine_full LIKE '%min_rows_to_fsync_after_merge = 1%') ORDER BY name`,
      );
      expect(unsynced.map(({ name }) => name)).toEqual(SCRATCH);
    } finally {
      await site.close();
      rmSync(folder, { recursive: true, force: true });
    }
  }, 120_000);

  test('with the syncs of the engine switched off they do not', async () => {
    const outcome = await cutAgainAndAgain(CONTROL_CUTS, ['when all is derived'], async (site) => {
      const tables = await site.collector.writerSql<{ name: string }>(
        `SELECT name FROM system.tables WHERE database = 'fleetmeter_facts' AND engine LIKE '%MergeTree'`,
      );
      for (const { name } of tables)
        await site.collector.writerSql(
          `ALTER TABLE fleetmeter_facts.${name} MODIFY SETTING fsync_after_insert = 0, fsync_part_directory = 0`,
        );
    }).catch((error: unknown) => ({ differences: [String(error)], broken: undefined }));
    const { differences, broken } = outcome;
    console.log('without syncs of the engine', { differences: differences.length, broken });
    expect(differences.length).toBeGreaterThan(0);
    // An administrator sees it, unless the engine did not even start.
    if (broken) expect(broken.length).toBeGreaterThan(0);
  }, 600_000);
});

async function cutAgainAndAgain(
  cuts: number,
  when: readonly When[],
  prepare: (site: SiteUnderFire) => Promise<void>,
) {
  const random = new SeededRandom(SEED);
  const folder = mkdtempSync(join(tmpdir(), 'fleetmeter-cuts-'));
  let disk = LoopDisk.create(DISK_MIB);
  const outcome = {
    cuts: 0,
    replayed: 0,
    derived: 0,
    marksBack: 0,
    differences: [] as string[],
    /** Tables that are not scratch, of which parts were damaged. */
    broken: [] as string[],
    slowestStart: 0,
  };
  const site = await SiteUnderFire.start({ folder, agents: AGENTS, random, collectorFolder: disk.folder });
  const began = performance.now();
  try {
    await site.introduce();
    await prepare(site);
    while (outcome.cuts < cuts && outcome.differences.length === 0) {
      const kind = when[outcome.cuts % when.length] as When;
      // A stopped engine takes nothing, and nobody counts it as dead so soon.
      if (kind === 'before anything is processed') await stopProcesses(site.enginePids);
      site.live();
      await sleep(300 + random.below(500));
      await site.rest();
      await site.tellEverything();
      if (kind === 'at any time') await sleep(random.below(LATEST_CUT_MS));
      if (DERIVED.has(kind)) {
        await site.collector.processed();
        await site.collector.derived();
      }
      if (kind === 'when parts are gone that were just merged') await mergeUntilCleared(site);
      const pids = processTree(site.collector.pids.collector);
      await stopProcesses(pids);
      const left = disk.afterPowerCut();
      await site.collector.kill();
      killProcesses(pids.slice(1));
      disk.remove();
      disk = left;
      outcome.cuts++;
      const found = await lookAt(left);
      outcome.replayed += found.waiting > 0 ? 1 : 0;
      // The cut may take back that the mark of a derived day was cleared: the day is derived again.
      outcome.derived += found.waiting === 0 && DERIVED.has(kind) ? 1 : 0;
      outcome.marksBack += DERIVED.has(kind) && found.dirty > 0 ? 1 : 0;
      const cut = performance.now();
      site.collector.startAgain(left.folder);
      await site.collector.ready();
      outcome.slowestStart = Math.max(outcome.slowestStart, Math.round(performance.now() - cut));
      await site.collector.processed();
      await site.collector.derived();
      outcome.broken = await tablesWithBrokenParts(site);
      outcome.differences.push(...(await site.differences()).map((each) => `cut ${outcome.cuts}: ${each}`));
      if (outcome.differences.length === 0) sayProgress('cuts', outcome.cuts, cuts);
    }
    return { ...outcome, seconds: Math.round((performance.now() - began) / 1000) };
  } finally {
    await site.close();
    disk.remove();
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Merges again and again, until the engine has removed what it merged: what was merged last is then younger than what a
 * kernel writes by itself.
 */
async function mergeUntilCleared(site: SiteUnderFire): Promise<void> {
  const facts = await site.collector.writerSql<{ name: string }>(
    `SELECT name FROM system.tables WHERE database = 'fleetmeter_facts' AND engine = 'ReplacingMergeTree'`,
  );
  let before = 0;
  for (let merges = 0; merges < MOST_MERGES; merges++) {
    for (const { name } of facts)
      await site.collector.writerSql(`OPTIMIZE TABLE fleetmeter_facts.${name} FINAL`);
    const [merged] = await site.collector.writerSql<{ parts: number }>(
      `SELECT count() AS parts FROM system.parts WHERE database = 'fleetmeter_facts' AND NOT active`,
    );
    const now = merged?.parts ?? 0;
    if (now < before) return;
    before = now;
    await sleep(200);
  }
  throw new Error(`the engine removed nothing that it had merged in ${MOST_MERGES} merges`);
}

async function tablesWithBrokenParts(site: SiteUnderFire): Promise<string[]> {
  const page = await (await fetch(`${site.collector.adminUrl}/metrics`)).text();
  const tables = [...page.matchAll(/^fleetmeter_table_broken_parts\{table="(\w+)"\}/gm)];
  return tables.map(([, table]) => table as string);
}

/** What waits on a disk; and nothing of the stream that is not checkpointed may have been trimmed. */
async function lookAt(disk: LoopDisk): Promise<{ waiting: number; dirty: number }> {
  const folder = join(disk.folder, 'data/collector');
  const control = new SqliteControlStore({ path: join(folder, 'control.db') });
  const checkpoint = control.checkpoint();
  const dirty = control.dirtyMarks().length;
  control.close();
  const firsts = readdirSync(join(folder, 'stream')).map((name) =>
    Number(/^segment-(\d+)\.sqlite$/.exec(name)?.[1]),
  );
  const first = Math.min(...firsts.filter((each) => each > 0));
  expect(first, 'the stream was trimmed beyond the checkpoint').toBeLessThanOrEqual(checkpoint + 1);
  const stream = await openSqliteStream({ folder: join(folder, 'stream'), minFreeBytes: 0 });
  const { head, unreadable } = await stream.stats();
  await stream.close();
  expect(unreadable).toBe(0);
  return { waiting: head - checkpoint, dirty };
}
