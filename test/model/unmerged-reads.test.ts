/**
 * Reads never count twice what has not been merged yet (R42): with merges stopped and every fact there several times, in
 * older and newer states, everything that asks the tables gets the answer that it gets after they were merged to the end.
 *
 * What asks the tables is found in the code: every exported function of collector/src/clickhouse and its queries that
 * uses the engine is called here, or listed as one that asks nothing, and every view and table of administrators is read.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createClient } from '@clickhouse/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  daysOfEpochs,
  daysOfExecutables,
  readEpochNos,
} from '../../collector/src/clickhouse/audit-epochs.ts';
import {
  readDescribed,
  readHolders,
  readUnmapped,
} from '../../collector/src/clickhouse/audit-executables.ts';
import { auditInventories, loadAuditDictionaries } from '../../collector/src/clickhouse/audit-inventories.ts';
import {
  countDigests,
  daysWithDigests,
  lackingUsage,
  presentHeads,
} from '../../collector/src/clickhouse/audit-usage.ts';
import { readBaselineParts } from '../../collector/src/clickhouse/baseline-parts.ts';
import { type ClickHouse, connectClickHouse } from '../../collector/src/clickhouse/clickhouse.ts';
import {
  compareInventory,
  compareLastUses,
  compareUsageDay,
} from '../../collector/src/clickhouse/compare-totals.ts';
import { DATABASES } from '../../collector/src/clickhouse/database-names.ts';
import {
  countDevicesByState,
  deriveDevices,
  readCountedMark,
} from '../../collector/src/clickhouse/derive-devices.ts';
import { deriveInventory } from '../../collector/src/clickhouse/derive-inventory.ts';
import { deriveUsageDay } from '../../collector/src/clickhouse/derive-usage-day.ts';
import {
  readDeviceDayUse,
  readExecutableNo,
  readExecutablesOf,
} from '../../collector/src/clickhouse/device-day-use.ts';
import {
  lastSeen,
  processedUntil,
  returnedDevices,
} from '../../collector/src/clickhouse/device-sightings.ts';
import { readEpochHeads, readInventories } from '../../collector/src/clickhouse/epoch-states.ts';
import { daysOfEpochs as daysToErase } from '../../collector/src/clickhouse/erase-rows.ts';
import { readEvidenceHashes } from '../../collector/src/clickhouse/evidence-hashes.ts';
import { daysWithUse, readExecutablesToMap } from '../../collector/src/clickhouse/executables-to-map.ts';
import { FACT_TABLES, type FactTable } from '../../collector/src/clickhouse/fact-tables.ts';
import { holdMerges, mergeNow } from '../../collector/src/clickhouse/measuring-data.ts';
import { migrate } from '../../collector/src/clickhouse/migrate.ts';
import { numberApplications } from '../../collector/src/clickhouse/number-applications.ts';
import { executablesAbove, highestEpochNo } from '../../collector/src/clickhouse/numbers-in-tables.ts';
import { applicationDetail } from '../../collector/src/clickhouse/queries/application-detail.ts';
import {
  APPLICATION_SORTS,
  applicationsOfFleet,
} from '../../collector/src/clickhouse/queries/applications-of-fleet.ts';
import { deviceDetail } from '../../collector/src/clickhouse/queries/device-detail.ts';
import { DEVICE_SORTS, devicesOfFleet } from '../../collector/src/clickhouse/queries/devices-of-fleet.ts';
import {
  EXECUTABLE_SORTS,
  executablesFound,
} from '../../collector/src/clickhouse/queries/executables-found.ts';
import { fleetSummary } from '../../collector/src/clickhouse/queries/fleet-summary.ts';
import { usageOfDay } from '../../collector/src/clickhouse/queries/usage-of-day.ts';
import {
  countUnreferenced,
  dayLife,
  daysToFinish,
  unreferencedSince,
} from '../../collector/src/clickhouse/retain-rows.ts';
import { readPartCounts } from '../../collector/src/clickhouse/table-sizes.ts';
import {
  readExcludedDevices,
  readHeldCounts,
  writeExclusions,
} from '../../collector/src/clickhouse/usage-exclusions.ts';
import { UsageTrial } from '../../collector/src/clickhouse/usage-trial.ts';
import { writeDeviceRegistry } from '../../collector/src/clickhouse/write-device-registry.ts';
import { type EngineUnderTest, engineUnderTest } from '../../collector/src/engine/engine-under-test.ts';
import { writerUser } from '../../collector/src/engine/writer-secret.ts';
import { FactBatch } from '../../collector/src/process/fact-batch.ts';
import { SeededRandom } from './seeded-random.ts';

const SEED = Number(process.env.FLEETMETER_TEST_SEED ?? 42);
const FOLDER = join(import.meta.dirname, '../../collector/src/clickhouse');
/** Parts of inventories go when they have waited for a week, by the engine's clock. */
const TODAY = Math.floor(Date.now() / 86_400_000);
const NOW = TODAY * 86_400_000 + 43_200_000;
const date = (day: number): string => new Date(day * 86_400_000).toISOString().slice(0, 10);
const DAYS = [TODAY, TODAY - 1, TODAY - 40];
/** How often everything is told, each time a little more. */
const TELLINGS = 4;
const DEVICES = 40;
const EPOCHS = 55;
const EXECUTABLES = 60;
/** From this one on on two devices at most. */
const RAREST = 59;
/** Described, and on no device any more. */
const NOBODYS = EXECUTABLES + 1;
const HEX = (no: number): string => no.toString(16).padStart(16, '0');
const appId = (application: number): string => HEX(1000 + application);
const EPOCH_NOS = Array.from({ length: EPOCHS }, (_, index) => index + 1);
const EXECUTABLE_NOS = Array.from({ length: EXECUTABLES }, (_, index) => index + 1);
const DEVICE_IDS = Array.from({ length: DEVICES }, (_, index) => HEX(index + 1));

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

const READINGS: Record<string, Reading> = {
  readEpochNos: (clickhouse) => readEpochNos(clickhouse, 1, EPOCHS),
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
  countUnreferenced: (clickhouse) => countUnreferenced(clickhouse, NOW + 1),
  returnedDevices: (clickhouse) => returnedDevices(clickhouse, 100),
  readEpochHeads: (clickhouse) => readEpochHeads(clickhouse, EPOCH_NOS),
  readInventories: (clickhouse) => readInventories(clickhouse, EPOCH_NOS),
  'erase-rows.ts daysOfEpochs': (clickhouse) => daysToErase(clickhouse, EPOCH_NOS),
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
const QUESTIONS: Record<string, Reading> = {
  applicationDetail: (clickhouse) =>
    each([0, 1, 2, 3, 4, 5], (application) => applicationDetail(clickhouse, appId(application), shown)),
  applicationsOfFleet: (clickhouse) =>
    each(APPLICATION_SORTS, (sort) => applicationsOfFleet(clickhouse, list(sort), shown.day)),
  deviceDetail: (clickhouse) => each(DEVICE_IDS.slice(0, 8), (id) => deviceDetail(clickhouse, id, shown)),
  devicesOfFleet: (clickhouse) =>
    each(DEVICE_SORTS, (sort) => devicesOfFleet(clickhouse, { ...list(sort), state: 'all' })),
  executablesFound: (clickhouse) =>
    each(EXECUTABLE_SORTS, (sort) => executablesFound(clickhouse, list(sort))),
  fleetSummary: (clickhouse) => fleetSummary(clickhouse, shown.day),
  usageOfDay: (clickhouse) =>
    each(DAYS, (day) => usageOfDay(clickhouse, { day: date(day), limit: 500, offset: 0 })),
};

/** Files that are about the server, its grants and which tables there are, and read no row of facts. */
const OF_THE_SCHEMA = new Set([
  'compare-schema.ts',
  'grants.ts',
  'schema-statements.ts',
  'server-conditions.ts',
]);

/** Functions that use the engine and tell nobody anything about facts. */
const ASKS_NOTHING: Record<string, string> = {
  connectClickHouse: 'is the way to the engine',
  awaitServer: 'asks whether it answers',
  ask: 'asks what the questions say',
  askedWhileUp: 'asks what the questions say',
  migrate: 'makes tables',
  permanentFault: 'names an error',
  usageDayRows: 'says how a day is derived',
  fillApplicationEpochs: 'derives: what comes of it is compared',
  emptyApplicationEpochs: 'derives: what comes of it is compared',
  freezeTables: 'copies parts as they are',
  loadAuditDictionaries: 'loads what readings here use',
  numberApplications: 'derives: its outcome is in every view',
  deriveDevices: 'derives: its outcome is compared',
  deriveInventory: 'derives: its outcome is compared',
  deriveUsageDay: 'derives: its outcome is compared',
  deriveLastUses: 'derives: its outcome is compared',
  swapPartition: 'moves what was derived',
  stageRows: 'moves what was derived',
  replacePartition: 'moves what was derived',
  writeExclusions: 'writes',
  writeDeviceRegistry: 'writes',
  clearTrial: 'writes',
  eraseRows: 'deletes',
  erasableTables: 'names of tables',
  agedPartitions: 'partitions and their rows not yet merged, and says so',
  partitionsOf: 'partitions and their rows not yet merged, and says so',
  daysToClear: 'days whose parts changed: a merge is one more look',
  dropPartition: 'deletes',
  noteKeptSince: 'writes',
  makeFinal: 'writes',
  clearMarks: 'writes',
  forgetExecutables: 'deletes',
  makeFleet: 'fills tables for measuring',
  holdMerges: 'for measuring',
  mergeNow: 'for measuring',
  readTableSizes: 'sizes and rows not yet merged, and says so',
  readPartCounts: 'parts not yet merged, and says so',
  readRunningMerges: 'merges in hand, and no facts',
  readHeadsMark: 'whether to look again; a merge may change it, which costs one derivation',
};

/** No difference is what they are there to say; and the one superseded device stays what it is. */
const MAY_BE_EMPTY = new Set(['compareUsageDay', 'compareLastUses', 'compareInventory', 'returnedDevices']);

let engine: EngineUnderTest;
let clickhouse: ClickHouse;
const client = () =>
  createClient({ url: engine.url, username: writerUser, password: engine.secret, request_timeout: 60_000 });
let raw: ReturnType<typeof client>;

beforeAll(async () => {
  engine = await engineUnderTest();
  clickhouse = connectClickHouse({ url: engine.url, username: writerUser, password: engine.secret });
  raw = client();
  await migrate(clickhouse, () => NOW);
  await holdMerges(clickhouse);
  const random = new SeededRandom(SEED);
  for (let telling = 1; telling <= TELLINGS; telling++) {
    // Twice each: a report that is processed again writes the same rows.
    const batch = tell(telling, random);
    for (const _ of [1, 2]) await batch.write(clickhouse);
    await writeDeviceRegistry(clickhouse, lives(telling), NOW + telling);
  }
}, 120_000);

afterAll(async () => {
  await raw?.close();
  await clickhouse?.close();
  await engine?.remove();
});

const lives = (telling: number) =>
  DEVICE_IDS.map((deviceId, index) => ({
    ...{ change: 0, deviceId, group: `group ${(index + telling) % 3}`, ephemeral: index % 9 === 0 },
    ...{ revoked: telling === TELLINGS && index === 3, erased: false },
    supersededBy: telling > 2 && index === 5 ? HEX(8) : undefined,
    supersededAt: telling > 2 && index === 5 ? NOW : undefined,
  }));

function addUse(
  batch: FactBatch,
  { day, epochNo, executableNo }: { day: number; epochNo: number; executableNo: number },
  telling: number,
  generation = 0,
): void {
  const marks = (1n << BigInt(8 * telling)) - 1n;
  batch.add('usage', {
    ...{ day, epoch_no: epochNo, executable_no: executableNo, user: Buffer.alloc(16, executableNo % 2) },
    ...{ run: BigInt(epochNo), generation, seconds: 500 * telling + executableNo },
    ...{ launches_user: telling, launches_autostart: 0, launches_service: telling % 2 },
    ...{ launches_scheduler: 0, launches_unknown: 1, foreground_seconds: 10 * telling, locked_seconds: -1 },
    ...{ slots_0: marks, slots_1: BigInt(telling), slots_2: 0n, slots_3: 0n, slots_4: 0n },
  });
}

/** Everything that a fleet says, in its state at that telling. */
function tell(telling: number, random: SeededRandom): FactBatch {
  const batch = new FactBatch();
  const at = NOW - 3_600_000 + telling * 1_000;
  const sum = (no: number): Buffer => Buffer.alloc(16, no);
  for (const epoch_no of EPOCH_NOS) {
    // Those above DEVICES are second epochs; one of them moves to another device halfway.
    const moved = epoch_no === EPOCHS && telling > 2;
    const device = moved ? 2 : ((epoch_no - 1) % DEVICES) + 1;
    batch.add('epochs', {
      ...{
        epoch_no,
        device_id64: BigInt(device),
        parent_epoch_no: 0,
        opened_at: NOW - 1e9,
        moves: moved ? 1 : 0,
      },
    });
    const ids = Uint32Array.from(
      EXECUTABLE_NOS.filter((no) => (no * epoch_no + telling) % (no < RAREST ? 3 : 29) === 0),
    );
    batch.add('device_inventory', {
      ...{
        epoch_no,
        version: telling,
        digest_count: ids.length,
        digest_sum: sum(telling),
        ids,
        received_at: at,
      },
    });
    for (const executable_no of ids.subarray(0, 3))
      batch.add('inventory_changes', {
        ...{ epoch_no, sequence: telling, executable_no, installed: telling % 2, received_at: at },
      });
    if (epoch_no % 5 === 0)
      batch.add('inventory_parts', {
        ...{
          epoch_no,
          part: telling % 2,
          version: telling,
          first_sequence: 1,
          digest_count: 9,
          digest_sum: sum(1),
        },
        ...{ ids: ids.subarray(0, 2), received_at: at },
      });
    batch.add('device_heads', {
      ...{ epoch_no, sequence: telling, report_hash: sum(telling), received_at: at },
      ...{ composed_at: Math.floor(at / 1000), utc_offset_seconds: 0, report_bytes: 100 * telling },
      ...{ agent_cpu_ms: telling, agent_uptime_s: telling, agent_resident_kib: telling },
      ...{ agent_files_hashed: telling, skipped_files: 0 },
    });
    for (const day of DAYS) {
      const some = EXECUTABLE_NOS.filter((no) => no < RAREST && random.chance(0.1));
      for (const executableNo of some) addUse(batch, { day, epochNo: epoch_no, executableNo }, telling);
      if (epoch_no % 11 === 0) addUse(batch, { day, epochNo: epoch_no, executableNo: 1 }, telling, telling);
      batch.add('coverage', { day, epoch_no, run: BigInt(epoch_no), seconds: 1_000 * telling });
      batch.add('usage_digests', {
        ...{
          day,
          epoch_no,
          run: BigInt(epoch_no),
          version: telling,
          records: 1_000 * telling,
          seconds: 1_000_000 * telling,
        },
        ...{ launches: telling, marks: telling, coverage_seconds: 1_000 * telling },
      });
    }
  }
  for (const [index, deviceId] of DEVICE_IDS.entries())
    batch.add('host_facts', {
      ...{
        device_id64: BigInt(`0x${deviceId}`),
        version: BigInt(telling),
        hostname: `pc-${index}-${telling}`,
      },
      ...{ os: 'linux', os_name: 'Debian', os_version: String(telling), architecture: 'x64', kernel: '6' },
      ...{
        cpu_count: telling,
        memory_mib: 1024 * telling,
        agent_version: `1.${telling}`,
        system_uuid: '',
        serial: '',
      },
      ...{ mac_addresses: [], join_kind: 0, management_id: '', ephemeral: 0, is_virtual: 0 },
    });
  for (const executable_no of [...EXECUTABLE_NOS, NOBODYS]) {
    const known = telling > 1 && executable_no % 13 !== 0;
    batch.add('executables', {
      ...{ executable_no, executable_id64: BigInt(executable_no), version: known ? 1 : 0 },
      ...{
        evidence_hash: known ? sum(executable_no) : sum(0),
        sha256: Buffer.alloc(32, known ? executable_no : 0),
      },
      ...{
        path: known ? `/usr/bin/${executable_no}` : '',
        size: known ? 9n : 0n,
        format: known ? 'elf' : '',
      },
      ...{ build_id: '', package_manager: '', package_name: known ? `p${executable_no % 6}` : '' },
      ...{ package_version: known ? '1' : '', package_architecture: '', package_vendor: '', evidence: '' },
      first_seen: NOW - 1e8,
    });
    if (known && executable_no % 17 !== 0)
      batch.add('mappings', {
        ...{
          executable_no,
          version: BigInt(telling),
          application_id64: 1000n + BigInt((executable_no + telling) % 6),
        },
        ...{ application: `application ${(executable_no + telling) % 6}`, publisher: 'Acme', recognised: 1 },
        ...{ application_version: `${executable_no % 2}.0`, fingerprint: BigInt(telling) },
      });
  }
  return batch;
}

async function derive(): Promise<void> {
  await numberApplications(clickhouse);
  await loadAuditDictionaries(clickhouse);
  await deriveDevices(clickhouse, NOW);
  await deriveInventory(clickhouse, NOW, 'one');
  for (const day of DAYS) await deriveUsageDay(clickhouse, day, NOW, 'one');
}

/** Text that is the same when the value is; of lists in any order when that does not count. */
function plain(value: unknown, ordered: boolean): string {
  return JSON.stringify(value, (_key, inner: unknown) => {
    if (typeof inner === 'bigint') return `${inner}n`;
    if (inner instanceof Uint8Array || inner instanceof Uint32Array) return [...inner].join();
    if (inner instanceof Map || inner instanceof Set || (Array.isArray(inner) && !ordered))
      return [...inner].map((each) => plain(each, ordered)).sort();
    return inner;
  });
}

/** Rows of what administrators can ask, in the bytes of the answer; and of the views that those are made of. */
async function viewBytes(): Promise<Map<string, string>> {
  const tables = await clickhouse.rows<{ name: string }>(
    `SELECT concat(database, '.', name) AS name FROM system.tables
     WHERE database = '{final}' OR (database = '{facts}' AND engine = 'View') ORDER BY name`,
  );
  const bytes = new Map<string, string>();
  for (const { name } of tables) {
    const answer = await raw.query({ query: `SELECT * FROM ${name} ORDER BY ALL`, format: 'JSONEachRow' });
    bytes.set(name, await answer.text());
  }
  return bytes;
}

/** What every reading answers, and the bytes of each statement by which it asks. */
async function readings(): Promise<Map<string, string>> {
  const answers = new Map<string, string>();
  for (const [name, read] of Object.entries({ ...READINGS, ...QUESTIONS })) {
    const ordered = name in QUESTIONS;
    const asked: string[] = [];
    const watched: ClickHouse = {
      ...clickhouse,
      rows: async (sql, parameters) => {
        // Of parts, which merge: what is made of it is compared.
        if (sql.includes('system.parts')) return await clickhouse.rows(sql, parameters);
        const named = sql
          .replaceAll('{facts}', DATABASES.facts)
          .replaceAll('{final}', DATABASES.final)
          .replaceAll('{deriving}', 'SETTINGS max_threads = 2');
        const again = await raw.query({
          query: named,
          format: 'JSONEachRow',
          ...(parameters && { query_params: parameters }),
        });
        const lines = (await again.text()).split('\n');
        asked.push((ordered ? lines : lines.sort()).join('\n'));
        return await clickhouse.rows(sql, parameters);
      },
    };
    const answer = await read(watched);
    // Some are asked at the same time.
    answers.set(name, `${plain(answer, ordered)}\n${asked.sort().join('\n')}`);
  }
  return answers;
}

const MERGED_TABLES = [...(Object.keys(FACT_TABLES) as FactTable[]), 'device_registry' as FactTable];

test('every function of the code that asks the tables is called here', async () => {
  const files = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' }).filter(
    (name) => name.endsWith('.ts') && !name.endsWith('.test.ts') && !OF_THE_SCHEMA.has(name),
  );
  const asking: string[] = [];
  for (const file of files)
    for (const [name, exported] of Object.entries(
      (await import(join(FOLDER, file))) as Record<string, unknown>,
    ))
      if (typeof exported === 'function' && /clickhouse/i.test(exported.toString()))
        asking.push(`${file} ${name}`);
  const known = (entry: string): boolean => {
    const name = entry.split(' ')[1] as string;
    return [READINGS, QUESTIONS, ASKS_NOTHING].some((list) => name in list || entry in list);
  };
  expect(asking.filter((entry) => !known(entry))).toEqual([]);
  const names = asking.flatMap((entry) => [entry, entry.split(' ')[1] as string]);
  expect(
    Object.keys({ ...READINGS, ...QUESTIONS, ...ASKS_NOTHING }).filter((name) => !names.includes(name)),
  ).toEqual([]);
  expect(asking.length).toBeGreaterThan(50);
});

test('all of them, and every view, answer the same with merges stopped and after OPTIMIZE FINAL', async () => {
  await derive();
  await writeExclusions(
    clickhouse,
    TODAY,
    [
      {
        ...{ applicationId: appId(1), application: 'application 1', publisher: 'Acme', devicesExcluded: 4 },
        ...{ devices: 20, staleSince: NOW },
      },
    ],
    NOW,
  );
  await derive();
  const parts = await readPartCounts(clickhouse);
  for (const table of MERGED_TABLES)
    expect([table, (parts.get(table) ?? 0) >= TELLINGS]).toEqual([table, true]);
  const before = { views: await viewBytes(), answers: await readings() };
  // Without merging on reading they would differ: the facts are there several times.
  const summed = async (from: string): Promise<number> => {
    const [row] = await clickhouse.rows<{ n: string }>(`SELECT sum(seconds) AS n FROM ${from}`);
    return Number(row?.n);
  };
  const once = await summed(
    `(SELECT max(usage.seconds) AS seconds FROM {facts}.usage GROUP BY day, epoch_no, executable_no, user, run, generation)`,
  );
  expect(await summed('{facts}.usage')).toBeGreaterThan(2 * once);

  for (const table of MERGED_TABLES) await mergeNow(clickhouse, table);
  const merged = await readPartCounts(clickhouse);
  for (const table of MERGED_TABLES)
    expect([table, (merged.get(table) ?? 0) <= DAYS.length]).toEqual([table, true]);
  expect(await summed('{facts}.usage')).toBe(once);

  await loadAuditDictionaries(clickhouse);
  const after = { views: await viewBytes(), answers: await readings() };
  let bytes = 0;
  for (const kind of ['views', 'answers'] as const)
    for (const [name, text] of before[kind]) {
      expect({ name, text: after[kind].get(name) }).toEqual({ name, text });
      bytes += text.length;
    }
  await derive();
  const derived = await viewBytes();
  for (const [name, text] of before.views) expect({ name, text: derived.get(name) }).toEqual({ name, text });
  // Nothing is proved by questions without an answer.
  const vain = [...before.answers].filter(
    ([name, text]) => !MAY_BE_EMPTY.has(name) && !/[a-z0-9]/.test(text.split('\n')[0] as string),
  );
  expect(vain.map(([name]) => name)).toEqual([]);
  const empty = [...before.views].filter(([, text]) => text === '').map(([name]) => name);
  expect(empty).toEqual([]);
  console.log(
    `${before.views.size} views and tables and ${before.answers.size} readings byte-equal (${bytes} bytes), unmerged ` +
      `${[...parts.values()].reduce((sum, count) => sum + count, 0)} parts, merged ${[...merged.values()].reduce((sum, count) => sum + count, 0)}; seed ${SEED}`,
  );
}, 120_000);
