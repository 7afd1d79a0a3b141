/**
 * Derives totals once more from facts, beside the live tables and without writing a row, and compares them with what is
 * in place. Rows are compared by what they say, not by when they were derived nor under which catalogue's name.
 */
import type { ClickHouse } from './clickhouse.ts';
import { DEVICE_COVERAGE } from './derive-coverage.ts';
import {
  APPLICATION_DEVICES,
  EXECUTABLE_DEVICES,
  emptyApplicationEpochs,
  fillApplicationEpochs,
  HOME_APPLICATIONS,
} from './derive-inventory.ts';
import { LAST_USES } from './derive-last-uses.ts';
import { usageDayRows } from './derive-usage-day.ts';
import { comparedName, SHOWN_THEN } from './names-and-users.ts';
import { DERIVING } from './swap-partition.ts';

export interface TotalsDifference {
  /** Without its database. */
  table: string;
  /** Rows that are in place and not derived, or derived and not in place; a changed row is both. */
  rows: number;
  /** Some of them, for people: what is in place, and what facts say. */
  examples: string[];
}

interface ComparedTable {
  table: string;
  key: readonly string[];
  /** What a row says besides its key. */
  values: readonly string[];
}

const number = (column: string) => `toUInt64(${column})`;
const text = (column: string) => `toString(${column})`;
const time = (column: string) => `ifNull(toString(${column}), '')`;

/** Closed: a test holds these against the columns that there are. */
export const COMPARED = {
  usageDaily: {
    table: '{final}.usage_daily',
    key: [text('application_id'), text('device_id')],
    values: [
      comparedName('application_id', 'application'),
      ...['publisher', 'version'].map(text),
      ...[
        'seconds',
        'launches',
        'launches_by_user',
        'foreground_seconds',
        'person_present',
        'devices_excluded',
      ].map(number),
      time('stale_since'),
    ],
  },
  applicationUsageDaily: {
    table: '{final}.application_usage_daily',
    key: [text('application_id')],
    values: [
      comparedName('application_id', 'application'),
      ...['publisher', 'users'].map(text),
      ...['devices', 'devices_used', 'seconds', 'launches', 'devices_excluded'].map(number),
      time('stale_since'),
    ],
  },
  applicationConcurrencyDaily: {
    table: '{final}.application_concurrency_daily',
    key: [text('application_id')],
    values: [
      comparedName('application_id', 'application'),
      ...['publisher', 'peak_users'].map(text),
      ...['peak_devices', 'devices_in_order', 'devices_used', 'devices_excluded'].map(number),
      ...['peak_devices_at', 'stale_since'].map(time),
    ],
  },
  deviceCoverage: {
    table: '{final}.device_coverage',
    key: [text('device_id')],
    values: ['observed_seconds', 'powered_seconds', 'interactive_seconds'].map(number),
  },
  executableDevices: {
    table: '{facts}.executable_devices',
    key: [number('executable_no')],
    values: [number('devices')],
  },
  applicationDevices: {
    table: '{facts}.application_devices',
    key: [text('application_id'), text('version')],
    values: [
      comparedName('application_id', 'name'),
      text('publisher'),
      ...['recognised', 'executables', 'devices'].map(number),
      // Not of the state's bytes: the same set may be written in different ways.
      'arraySum(arrayMap(no -> intHash64(no), bitmapToArray(device_bitmap)))',
    ],
  },
  homeApplications: {
    table: '{facts}.home_applications',
    key: [number('application_id64')],
    values: [number('devices')],
  },
  lastUses: {
    table: '{facts}.application_last_uses',
    key: [text('application_id')],
    values: [comparedName('application_id', 'application'), text('publisher'), 'toUInt16(last_used)'],
  },
} as const satisfies Record<string, ComparedTable>;

const EXAMPLES = 3;
/** Bitmaps of a block are unpacked together: 4 MB each in a fleet of a million that all have an application. */
const SMALL_BLOCKS = ', max_block_size = 64';

/** `day` counts days since 1970. numberApplications must have succeeded before, in the same turn. */
export async function compareUsageDay(
  clickhouse: ClickHouse,
  day: number,
  now: number,
  catalogueVersion: string,
): Promise<TotalsDifference[]> {
  const rows = await usageDayRows(clickhouse, day, now, catalogueVersion, SHOWN_THEN);
  const ofTheDay = { live: 'WHERE day = toDate({date:String})', parameters: rows.parameters };
  return [
    ...(await compared(clickhouse, COMPARED.usageDaily, { ...ofTheDay, derived: rows.byDevice })),
    ...(await compared(clickhouse, COMPARED.applicationUsageDaily, {
      ...ofTheDay,
      derived: rows.byApplication,
    })),
    ...(await compared(clickhouse, COMPARED.applicationConcurrencyDaily, {
      ...ofTheDay,
      derived: rows.concurrency,
    })),
    ...(await compareCoverage(clickhouse, { ...ofTheDay, derived: DEVICE_COVERAGE })),
  ];
}

/** Of a day from before coverage was derived there is nothing to compare until something is told of it again. */
async function compareCoverage(clickhouse: ClickHouse, day: Derivation): Promise<TotalsDifference[]> {
  const [live] = await clickhouse.rows<{ any: number }>(
    `SELECT count() > 0 AS any FROM {final}.device_coverage ${day.live}`,
    day.parameters,
  );
  return live?.any ? await compared(clickhouse, COMPARED.deviceCoverage, day) : [];
}

/** The newest use of each application against the days. */
export async function compareLastUses(clickhouse: ClickHouse): Promise<TotalsDifference[]> {
  return await compared(clickhouse, COMPARED.lastUses, { derived: LAST_USES, parameters: {} });
}

/** What is installed now. numberApplications must have succeeded before, in the same turn. */
export async function compareInventory(
  clickhouse: ClickHouse,
  now: number,
  catalogueVersion: string,
): Promise<TotalsDifference[]> {
  const parameters = { now, catalogue: catalogueVersion };
  const executables = await compared(clickhouse, COMPARED.executableDevices, {
    ...{ derived: EXECUTABLE_DEVICES, parameters },
  });
  await fillApplicationEpochs(clickhouse);
  const homes = await compared(clickhouse, COMPARED.homeApplications, {
    ...{ derived: HOME_APPLICATIONS, parameters },
  });
  const applications = await compared(clickhouse, COMPARED.applicationDevices, {
    ...{ derived: APPLICATION_DEVICES, parameters, settings: SMALL_BLOCKS },
  });
  await emptyApplicationEpochs(clickhouse);
  return [...executables, ...homes, ...applications];
}

interface Derivation {
  /** SELECT of the rows that the table should have. */
  derived: string;
  /** WHERE of the rows of the table that are meant; absent: all. */
  live?: string;
  /** Of `derived` and `live`. */
  parameters: Record<string, unknown>;
  /** More settings of the query, each behind a comma. */
  settings?: string;
}

/** Sums of hashes first: they cost no memory, and nearly always that is all. */
async function compared(
  clickhouse: ClickHouse,
  { table, key, values }: ComparedTable,
  { derived, live = '', parameters, settings = '' }: Derivation,
): Promise<TotalsDifference[]> {
  const said = `concat(${[...key, ...values].map((value) => `toString(${value})`).join(", '\\t', ")})`;
  const both = `SELECT ${said} AS said, 1 AS derived FROM (${derived})
    UNION ALL SELECT ${said} AS said, -1 AS derived FROM ${table} ${live}`;
  const [sums] = await clickhouse.rows<{ equal: number }>(
    `SELECT sum(derived) = 0 AND sumIf(cityHash64(said), derived = 1) = sumIf(cityHash64(said), derived = -1) AS equal
     FROM (${both}) ${DERIVING}${settings}`,
    parameters,
  );
  if (sums?.equal) return [];
  const rows = await clickhouse.rows<{ said: string; net: string; rows: string }>(
    `SELECT said, sum(derived) AS net, count() OVER () AS rows FROM (${both}) GROUP BY said HAVING net != 0
     ORDER BY said LIMIT ${2 * EXAMPLES} ${DERIVING}${settings}`,
    parameters,
  );
  if (rows.length === 0) return [];
  return [
    {
      table: table.slice(table.indexOf('.') + 1),
      rows: Number(rows[0]?.rows),
      examples: rows.map(
        (row) => `${Number(row.net) > 0 ? 'facts say' : 'in place'}: ${row.said.replaceAll('\t', ' ')}`,
      ),
    },
  ];
}
