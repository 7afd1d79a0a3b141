/** Everything in the code that asks the tables, each with what to ask. */
import {
  daysOfEpochs,
  daysOfExecutables,
  readEpochMoves,
} from '../../../collector/src/clickhouse/audit-epochs.ts';
import {
  readDescribed,
  readHolders,
  readUnmapped,
} from '../../../collector/src/clickhouse/audit-executables.ts';
import { auditInventories } from '../../../collector/src/clickhouse/audit-inventories.ts';
import {
  countDigests,
  daysWithDigests,
  lackingUsage,
  presentHeads,
} from '../../../collector/src/clickhouse/audit-usage.ts';
import { readBaselineParts } from '../../../collector/src/clickhouse/baseline-parts.ts';
import type { ClickHouse } from '../../../collector/src/clickhouse/clickhouse.ts';
import {
  compareInventory,
  compareLastUses,
  compareUsageDay,
} from '../../../collector/src/clickhouse/compare-totals.ts';
import { countDevicesByState, readCountedMark } from '../../../collector/src/clickhouse/derive-devices.ts';
import {
  readDeviceDayUse,
  readExecutableNo,
  readExecutablesOf,
} from '../../../collector/src/clickhouse/device-day-use.ts';
import {
  lastSeen,
  processedUntil,
  returnedDevices,
} from '../../../collector/src/clickhouse/device-sightings.ts';
import { readEpochHeads, readInventories } from '../../../collector/src/clickhouse/epoch-states.ts';
import { tracesOfPerson } from '../../../collector/src/clickhouse/erase-person.ts';
import { daysOfEpochs as daysToErase } from '../../../collector/src/clickhouse/erase-rows.ts';
import { readEvidenceHashes } from '../../../collector/src/clickhouse/evidence-hashes.ts';
import { daysWithUse, readExecutablesToMap } from '../../../collector/src/clickhouse/executables-to-map.ts';
import { areApplicationsNumbered } from '../../../collector/src/clickhouse/number-applications.ts';
import { executablesAbove, highestEpochNo } from '../../../collector/src/clickhouse/numbers-in-tables.ts';
import { applicationDetail } from '../../../collector/src/clickhouse/queries/application-detail.ts';
import {
  APPLICATION_SORTS,
  applicationsOfFleet,
} from '../../../collector/src/clickhouse/queries/applications-of-fleet.ts';
import { deviceDetail } from '../../../collector/src/clickhouse/queries/device-detail.ts';
import { DEVICE_SORTS, devicesOfFleet } from '../../../collector/src/clickhouse/queries/devices-of-fleet.ts';
import { evidenceOfUse } from '../../../collector/src/clickhouse/queries/evidence-of-use.ts';
import {
  EXECUTABLE_SORTS,
  executablesFound,
} from '../../../collector/src/clickhouse/queries/executables-found.ts';
import { fleetSummary } from '../../../collector/src/clickhouse/queries/fleet-summary.ts';
import { personHeld } from '../../../collector/src/clickhouse/queries/person-held.ts';
import { usageOfDay } from '../../../collector/src/clickhouse/queries/usage-of-day.ts';
import { DEVICE_USE_SORTS, useByDevice } from '../../../collector/src/clickhouse/queries/use-by-device.ts';
import {
  countComposedSince,
  countUnreferenced,
  dayLife,
  daysToFinish,
  unreferencedSince,
} from '../../../collector/src/clickhouse/retain-rows.ts';
import { readExcludedDevices, readHeldCounts } from '../../../collector/src/clickhouse/usage-exclusions.ts';
import { UsageTrial } from '../../../collector/src/clickhouse/usage-trial.ts';
import { FactBatch } from '../../../collector/src/process/fact-batch.ts';
import {
  addUse,
  appId,
  DAYS,
  DEVICE_IDS,
  date,
  EPOCH_NOS,
  EPOCHS,
  EXECUTABLE_NOS,
  EXECUTABLES,
  HEX,
  NOW,
  RAREST,
  TELLINGS,
  TODAY,
} from './repeated-fleet.ts';

type Reading = (clickhouse: ClickHouse) => Promise<unknown>;

const list = <Sort extends string>(sort: Sort) => ({
  ...{ search: '', sort, descending: true, limit: 500, offset: 0 },
});
const shown = { day: date(TODAY), since: date(TODAY - 60) };
const each = async <T>(items: readonly T[], ask: (item: T) => Promise<unknown>): Promise<unknown[]> => {
  const answers: unknown[] = [];
  for (const item of items) answers.push(await ask(item));
  return answers;
};

export const READINGS: Record<string, Reading> = {
  areApplicationsNumbered,
  readEpochMoves: (clickhouse) => readEpochMoves(clickhouse, 1, EPOCHS),
  'audit-epochs.ts daysOfEpochs': (clickhouse) => daysOfEpochs(clickhouse, EPOCH_NOS),
  daysOfExecutables: (clickhouse) => daysOfExecutables(clickhouse, EXECUTABLE_NOS),
  readDescribed: (clickhouse) => readDescribed(clickhouse, 1, EXECUTABLES),
  readUnmapped: (clickhouse) => readUnmapped(clickhouse, 1, EXECUTABLES),
  // Of more than three it may name any: the rarest have less.
  readHolders: (clickhouse) => readHolders(clickhouse, [RAREST, RAREST + 1]),
  auditInventories: (clickhouse) => auditInventories(clickhouse, 1, EPOCHS, NOW + 1e9),
  daysWithDigests,
  countDigests: (clickhouse) => each(DAYS, (day) => countDigests(clickhouse, day)),
  lackingUsage: (clickhouse) => each(DAYS, (day) => lackingUsage(clickhouse, day, 1_000)),
  presentHeads: (clickhouse) => presentHeads(clickhouse, DEVICE_IDS),
  readBaselineParts: (clickhouse) => readBaselineParts(clickhouse, EPOCH_NOS),
  readDeviceDayUse: (clickhouse) =>
    each(DAYS, (day) => readDeviceDayUse(clickhouse, day, EPOCH_NOS, 100_000)),
  readExecutablesOf: (clickhouse) => each([0, 1, 2], (app) => readExecutablesOf(clickhouse, appId(app))),
  readExecutableNo: (clickhouse) => each([1, 2, 3], (no) => readExecutableNo(clickhouse, HEX(no))),
  countDevicesByState,
  readCountedMark,
  lastSeen: (clickhouse) => lastSeen(clickhouse, DEVICE_IDS),
  processedUntil,
  compareUsageDay: (clickhouse) => each(DAYS, (day) => compareUsageDay(clickhouse, day, NOW, 'one')),
  compareLastUses,
  compareInventory: (clickhouse) => compareInventory(clickhouse, NOW, 'one'),
  highestEpochNo,
  executablesAbove: (clickhouse) => executablesAbove(clickhouse, 0, 1_000),
  dayLife: (clickhouse) => each(DAYS, (day) => dayLife(clickhouse, day)),
  daysToFinish: (clickhouse) => daysToFinish(clickhouse, TODAY + 1),
  unreferencedSince: (clickhouse) => unreferencedSince(clickhouse, NOW + 1, NOW),
  countComposedSince: (clickhouse) => countComposedSince(clickhouse, NOW - 1),
  countUnreferenced: (clickhouse) => countUnreferenced(clickhouse, NOW + 1),
  returnedDevices: (clickhouse) => returnedDevices(clickhouse, 100),
  readEpochHeads: (clickhouse) => readEpochHeads(clickhouse, EPOCH_NOS),
  readInventories: (clickhouse) => readInventories(clickhouse, EPOCH_NOS),
  'erase-rows.ts daysOfEpochs': (clickhouse) => daysToErase(clickhouse, EPOCH_NOS),
  tracesOfPerson: (clickhouse) => each([0, 1], (user) => tracesOfPerson(clickhouse, Buffer.alloc(16, user))),
  readEvidenceHashes: (clickhouse) => readEvidenceHashes(clickhouse, EXECUTABLE_NOS),
  readExecutablesToMap: (clickhouse) => readExecutablesToMap(clickhouse, 1, EXECUTABLES),
  daysWithUse,
  readExcludedDevices: (clickhouse) =>
    each(DAYS, (day) =>
      readExcludedDevices(
        clickhouse,
        day,
        EXECUTABLE_NOS.map((executableNo) => ({ executableNo, deviceId: HEX(executableNo % 7) })),
        1,
      ),
    ),
  readHeldCounts,
  UsageTrial: async (clickhouse) => {
    const batch = new FactBatch();
    for (const epochNo of [1, 2, 3])
      addUse(batch, { day: TODAY, epochNo, executableNo: epochNo }, TELLINGS + 1);
    return await UsageTrial.run(clickhouse, async (trial) => {
      await trial.add(batch.block('usage') as never);
      return [
        await trial.days(),
        await trial.summaries(TODAY, 100),
        await each(DEVICE_IDS.slice(0, 3), (id) => trial.ofDevice(TODAY, id)),
      ];
    });
  },
};

/** Of these a person sees the rows in the order they come in. */
export const QUESTIONS: Record<string, Reading> = {
  applicationDetail: (clickhouse) =>
    each([0, 1, 2, 3, 4, 5], (application) => applicationDetail(clickhouse, appId(application), shown)),
  applicationsOfFleet: (clickhouse) =>
    each(APPLICATION_SORTS, (sort) => applicationsOfFleet(clickhouse, list(sort), shown.day)),
  deviceDetail: (clickhouse) => each(DEVICE_IDS.slice(0, 8), (id) => deviceDetail(clickhouse, id, shown)),
  devicesOfFleet: (clickhouse) =>
    each(DEVICE_SORTS, (sort) => devicesOfFleet(clickhouse, { ...list(sort), state: 'all' })),
  evidenceOfUse: (clickhouse) =>
    each(DEVICE_IDS.slice(0, 8), (device) =>
      evidenceOfUse(clickhouse, { id: appId(1), device, since: shown.since }),
    ),
  executablesFound: (clickhouse) =>
    each(EXECUTABLE_SORTS, (sort) => executablesFound(clickhouse, list(sort))),
  personHeld: (clickhouse) => each(['00', '01'], (user) => personHeld(clickhouse, user.repeat(16))),
  fleetSummary: (clickhouse) => fleetSummary(clickhouse, shown.day),
  useByDevice: (clickhouse) =>
    each(DEVICE_USE_SORTS, (sort) => useByDevice(clickhouse, appId(1), { ...list(sort), state: 'all' })),
  usageOfDay: (clickhouse) =>
    each(DAYS, (day) => usageOfDay(clickhouse, { day: date(day), limit: 500, offset: 0 })),
};
