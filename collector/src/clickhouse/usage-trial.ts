/**
 * What the aggregates of a day would be with rows that are not in the facts: the same derivation, over the facts and a
 * table beside them.
 */
import type { ClickHouse } from './clickhouse.ts';
import { DERIVING_YIELDS } from './deriving-settings.ts';
import type { FACT_TABLES } from './fact-tables.ts';
import type { NativeBlock } from './native-block.ts';
import { usageByDevice } from './use-of-day.ts';

export interface TriedSummary {
  /** Days since 1970, UTC. */
  day: number;
  application_id: string;
  application: string;
  seconds_before: number;
  seconds_after: number;
  devices_before: number;
  devices_after: number;
}

const MS_PER_DAY = 86_400_000;
const TRIED = '{facts}.usage_trial';
/** As deriving a day: small next to it, since only applications that the rows touch are looked at. */
const SETTINGS = `SETTINGS ${DERIVING_YIELDS}, max_memory_usage = 2000000000`;

const APPLICATION = `dictGetUInt64('{facts}.application_numbered', 'application_id64',
  toUInt64(dictGetUInt32('{facts}.application_of', 'application_no', toUInt64(executable_no))))`;
const OF_DAY = 'day = toDate({date:String})';
const FACTS = `SELECT * FROM {facts}.usage WHERE ${OF_DAY}
  AND ${APPLICATION} IN (SELECT DISTINCT ${APPLICATION} FROM ${TRIED} WHERE ${OF_DAY})`;

const summaries = (facts: string): string => `
  SELECT app, sum(device_seconds) AS seconds, count() AS devices, max(main) AS main
  FROM (${usageByDevice(`(${facts})`)}) GROUP BY app`;

const COMPARED = `
  SELECT lower(leftPad(hex(app), 16, '0')) AS application_id,
    dictGetString('{facts}.application_numbered', 'name', toUInt64(new.main)) AS application,
    toFloat64(old.seconds) AS seconds_before, toFloat64(new.seconds) AS seconds_after,
    toFloat64(old.devices) AS devices_before, toFloat64(new.devices) AS devices_after
  FROM (${summaries(`${FACTS} UNION ALL SELECT * FROM ${TRIED} WHERE ${OF_DAY}`)}) AS new
  LEFT JOIN (${summaries(FACTS)}) AS old USING (app)
  ORDER BY abs(seconds_after - seconds_before) DESC, application_id
  LIMIT {most:UInt32}`;

const DEVICE = (facts: string): string => `
  SELECT app, main, device_seconds, device_launches, device_by_user
  FROM (${usageByDevice(`(${facts})`)}) WHERE device = reinterpretAsUInt64(reverse(unhex({device:String})))`;

const OF_DEVICE = `
  SELECT lower(leftPad(hex(app), 16, '0')) AS application_id,
    dictGetString('{facts}.application_numbered', 'name', toUInt64(new.main)) AS application,
    toFloat64(old.device_seconds) AS seconds_before, toFloat64(new.device_seconds) AS seconds_after,
    toFloat64(old.device_launches) AS launches_before, toFloat64(new.device_launches) AS launches_after,
    toFloat64(old.device_by_user) AS by_user_before, toFloat64(new.device_by_user) AS by_user_after
  FROM (${DEVICE(`${FACTS} UNION ALL SELECT * FROM ${TRIED} WHERE ${OF_DAY}`)}) AS new
  LEFT JOIN (${DEVICE(FACTS)}) AS old USING (app)
  ORDER BY application_id LIMIT 100`;

/** What one device's use of an application on a day is, and would be. */
export interface TriedDevice {
  application_id: string;
  application: string;
  seconds_before: number;
  seconds_after: number;
  launches_before: number;
  launches_after: number;
  by_user_before: number;
  by_user_after: number;
}

/** There is one table: who tries something has it alone. */
const lanes = new WeakMap<ClickHouse, Promise<unknown>>();

function alone<T>(clickhouse: ClickHouse, work: () => Promise<T>): Promise<T> {
  const mine = (lanes.get(clickhouse) ?? Promise.resolve()).then(work);
  lanes.set(
    clickhouse,
    mine.catch(() => undefined),
  );
  return mine;
}

/** No row of a trial is left. */
export async function clearTrial(clickhouse: ClickHouse): Promise<void> {
  await alone(clickhouse, () => emptied(clickhouse));
}

const emptied = (clickhouse: ClickHouse): Promise<void> => clickhouse.command(`TRUNCATE TABLE ${TRIED}`);

export class UsageTrial {
  readonly #clickhouse: ClickHouse;

  /** One trial at a time; nothing of it is left when it is over, however it ends. */
  static run<T>(clickhouse: ClickHouse, work: (trial: UsageTrial) => Promise<T>): Promise<T> {
    return alone(clickhouse, async () => {
      await emptied(clickhouse);
      try {
        return await work(new UsageTrial(clickhouse));
      } finally {
        await emptied(clickhouse);
      }
    });
  }

  private constructor(clickhouse: ClickHouse) {
    this.#clickhouse = clickhouse;
  }

  async add(rows: NativeBlock<(typeof FACT_TABLES)['usage']>): Promise<void> {
    await this.#clickhouse.insert('usage_trial', rows);
  }

  /** Newest first. */
  async days(): Promise<number[]> {
    const rows = await this.#clickhouse.rows<{ day: number }>(
      `SELECT DISTINCT toUInt32(day) AS day FROM ${TRIED} ORDER BY day DESC`,
    );
    return rows.map(({ day }) => day);
  }

  /** Those that change most first. */
  async summaries(day: number, most: number): Promise<TriedSummary[]> {
    const date = new Date(day * MS_PER_DAY).toISOString().slice(0, 10);
    const rows = await this.#clickhouse.rows<Omit<TriedSummary, 'day'>>(`${COMPARED} ${SETTINGS}`, {
      date,
      most,
    });
    return rows.map((row) => ({ day, ...row }));
  }

  /** Of the applications that the rows touch; `deviceId` in 16 hex digits. */
  async ofDevice(day: number, deviceId: string): Promise<TriedDevice[]> {
    const date = new Date(day * MS_PER_DAY).toISOString().slice(0, 10);
    return await this.#clickhouse.rows<TriedDevice>(`${OF_DEVICE} ${SETTINGS}`, { date, device: deviceId });
  }
}
