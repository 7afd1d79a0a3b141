/**
 * A backup of a collector that is being reported to, the loss of everything else, and the fleet that goes on (R36). What
 * was reported after the backup is told again by the devices: after one round the tables are equal to what is true.
 */

import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { FULL } from '../full-run.ts';
import { CollectorUnderLoad } from './collector-under-load.ts';
import { Fleet } from './fleet.ts';
import { partToVerify, VerifyError, verify } from './verify.ts';

const PLAN = FULL ? { devices: 3_000, executables: 1_000 } : { devices: 150, executables: 200 };
const SEED = Number(process.env.FLEETMETER_SEED ?? Date.now() % 2 ** 31);
const FIRST_HOUR = 8;
/** Reported before, during and after the backup. */
const HOURS = { before: 3, after: 3 };
const DAY_MS = 86_400_000;

let collector: CollectorUnderLoad;
beforeAll(async () => {
  collector = await CollectorUnderLoad.start({
    recomputeSeconds: 1,
    settings: () => ({ FLEETMETER_PROCESS_LINGER_MS: '50' }),
  });
}, 120_000);
afterAll(() => collector?.close());

test(`backup while ${PLAN.devices} devices report, loss, restore, one round (seed ${SEED})`, async () => {
  const { devices, executables } = PLAN;
  const all = Array.from({ length: devices }, (_, device) => device);
  // The last tenth joins after the backup: nobody knows them any more.
  const known = all.slice(0, Math.floor(devices * 0.9));
  const firstDay = Math.floor(Date.now() / DAY_MS) - 2;
  const fleet = new Fleet(collector.agentUrl, {
    ...{ seed: SEED, devices, executables, firstDay },
    ...{ meterHour: FIRST_HOUR, connections: 8, joinSecret: collector.joinSecret },
  });
  await fleet.enrol(known);
  let hour = FIRST_HOUR;
  for (const until = hour + HOURS.before; hour < until; hour++) await fleet.report(known, hour);

  // Reports go on from the first moment of the backup to its last.
  let backing = true;
  let roundsMeanwhile = 0;
  const target = join(collector.folder, 'backup.tar');
  const reporting = (async () => {
    while (backing) {
      await fleet.report(known, hour++);
      roundsMeanwhile++;
    }
  })();
  const before = await collector.backlog();
  const taken = JSON.parse(await collector.command('backup', target, '--json')) as {
    checkpoint: number;
    bytes: number;
    seconds: number;
    heldMs: number;
    running: boolean;
    takenAt: string;
  };
  const after = await collector.backlog();
  backing = false;
  await reporting;
  expect(taken.running).toBe(true);
  expect(taken.checkpoint).toBeGreaterThanOrEqual(before.checkpoint);
  // It was taken while ranges were processed, and they went on after it.
  expect(after.head).toBeGreaterThan(before.head);
  const metric = await collector.metrics();
  expect(metric('fleetmeter_backup_age_seconds')).toBeGreaterThan(0);
  expect(existsSync(`${target}.partial`)).toBe(false);

  await fleet.enrol(all.slice(known.length));
  for (const until = hour + HOURS.after; hour < until; hour++) await fleet.report(all, hour);
  await collector.processed();
  const lost = (await collector.backlog()).checkpoint - taken.checkpoint;
  expect(lost).toBeGreaterThan(0);

  const died = Date.now();
  process.kill(collector.pids.engine, 'SIGKILL');
  await collector.kill();
  rmSync(collector.dataDir, { recursive: true });
  expect(await collector.command('backup', 'verify', target)).toMatch(/: whole; /);
  await collector.command('restore', target);
  collector.startAgain();
  await collector.ready();
  const restoredSeconds = (Date.now() - died) / 1000;

  const compare = () =>
    verify((query) => collector.sql(query), fleet.world, partToVerify(fleet.world, hour, Date.now()));
  // The control: what was reported after the backup is not there.
  await collector.settled();
  await expect(compare()).rejects.toThrow(VerifyError);

  // Whoever joined later is a stranger and joins again; everybody's next report tells what is missing.
  await fleet.enrol(all.slice(known.length));
  // The next report shows the gap, the answer to the one after it says what to tell again.
  await fleet.report(all, hour);
  await collector.processed();
  await fleet.report(all, ++hour);
  const resent = fleet.dueAgain(hour);
  await fleet.report(resent, hour);
  await collector.processed();
  // Who reported while its gap was being noticed is asked once more.
  await fleet.report(fleet.dueAgain(hour), hour);
  expect(fleet.dueAgain(hour)).toEqual([]);
  await collector.settled();
  const line = await compare();
  console.log(
    'R36',
    JSON.stringify({
      ...PLAN,
      ...taken,
      roundsMeanwhile,
      recordsLost: lost,
      restoredSeconds,
      resent: resent.length,
    }),
    line,
  );
  await fleet.close();
}, 300_000);
