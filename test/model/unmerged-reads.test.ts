/**
 * Reads never count twice what has not been merged yet (R42): with merges stopped and every fact there several times, in
 * older and newer states, everything that asks the tables gets the answer that it gets after they were merged to the end.
 *
 * What asks the tables is found in the code: every exported function of collector/src/clickhouse and its queries that
 * uses the engine is called in readings.ts, or listed in asks-nothing.ts, and every view and table of administrators is read.
 */

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createClient } from '@clickhouse/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadAuditDictionaries } from '../../collector/src/clickhouse/audit-inventories.ts';
import { type ClickHouse, connectClickHouse } from '../../collector/src/clickhouse/clickhouse.ts';
import { DATABASES } from '../../collector/src/clickhouse/database-names.ts';
import { deriveCoverageWindows } from '../../collector/src/clickhouse/derive-coverage.ts';
import { deriveDevices } from '../../collector/src/clickhouse/derive-devices.ts';
import { deriveInventory } from '../../collector/src/clickhouse/derive-inventory.ts';
import { deriveUsageDay } from '../../collector/src/clickhouse/derive-usage-day.ts';
import { FACT_TABLES, type FactTable } from '../../collector/src/clickhouse/fact-tables.ts';
import { holdMerges, mergeNow } from '../../collector/src/clickhouse/measuring-data.ts';
import { migrate } from '../../collector/src/clickhouse/migrate.ts';
import { numberApplications } from '../../collector/src/clickhouse/number-applications.ts';
import { readPartCounts } from '../../collector/src/clickhouse/table-sizes.ts';
import { writeExclusions } from '../../collector/src/clickhouse/usage-exclusions.ts';
import { writeDeviceRegistry } from '../../collector/src/clickhouse/write-device-registry.ts';
import { type EngineUnderTest, engineUnderTest } from '../../collector/src/engine/engine-under-test.ts';
import { writerUser } from '../../collector/src/engine/writer-secret.ts';
import { SeededRandom } from './seeded-random.ts';
import { ASKS_NOTHING, MAY_BE_EMPTY, OF_THE_SCHEMA } from './unmerged-reads/asks-nothing.ts';
import { QUESTIONS, READINGS } from './unmerged-reads/readings.ts';
import { appId, DAYS, lives, NOW, TELLINGS, TODAY, tell } from './unmerged-reads/repeated-fleet.ts';

const SEED = Number(process.env.FLEETMETER_TEST_SEED ?? 42);
const FOLDER = join(import.meta.dirname, '../../collector/src/clickhouse');

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

async function derive(): Promise<void> {
  await numberApplications(clickhouse);
  await loadAuditDictionaries(clickhouse);
  await deriveDevices(clickhouse, NOW);
  await deriveInventory(clickhouse, NOW, 'one');
  for (const day of DAYS) await deriveUsageDay(clickhouse, day, NOW, 'one');
  await deriveCoverageWindows(clickhouse, NOW);
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
          .replaceAll('{person}', DATABASES.person)
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

/** Holds rows only while they are put in place. */
const EMPTY: FactTable = 'application_bases_staging';
const MERGED_TABLES = [
  ...(Object.keys(FACT_TABLES) as FactTable[]).filter((table) => table !== EMPTY),
  'device_registry' as FactTable,
];

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
}, 240_000);
