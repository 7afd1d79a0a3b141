/**
 * How much of each day the bench's devices were observed and with somebody at them, and what came to them later: what
 * the state of an application on a device rests on. Of a device and day it is the same wherever it is asked for.
 */
import type { ClickHouse } from '../../collector/src/clickhouse/clickhouse.ts';
import { deriveCoverageWindows } from '../../collector/src/clickhouse/derive-coverage.ts';

/** One device in so many is observed half of the time only; of one in so many nobody can tell whether a person is there. */
const HALF_OBSERVED = 8;
const WITHOUT_SESSIONS = 20;
/** One device in so many gets an application on a day. */
const ARRIVALS_ONE_IN = 50;

/** Whether somebody was at the device `{ago:UInt16}` days ago, as in usage_daily: five days of seven. */
export const PERSON_PRESENT = `if(cityHash64('sessions', device_id) % ${WITHOUT_SESSIONS} = 0, -1, toInt8(cityHash64(device_id, {ago:UInt16}) % 7 < 5))`;

const DAY_OF_COVERAGE = `
  INSERT INTO {final}.device_coverage
  SELECT today() - {ago:UInt16}, device_id, if(cityHash64('observed', device_id) % ${HALF_OBSERVED} = 0, 16000, 32000), 32400,
    multiIf(${PERSON_PRESENT} < 0, -1, ${PERSON_PRESENT} > 0, 900, 0), now64(3)
  FROM {facts}.device_rows`;

/** One of the twenty most common applications, on a few devices a day: it is too new there for a while. */
const DAY_OF_ARRIVALS = `
  INSERT INTO {facts}.application_arrivals
  SELECT today() - {ago:UInt16}, arrayJoin(arraySlice(applications, 1 + cityHash64(device_id, {ago:UInt16}) % 20, 1)), device_id
  FROM (SELECT device_id, (SELECT groupArray(application_id) FROM
      (SELECT application_id FROM {facts}.application_devices ORDER BY devices DESC LIMIT 20)) AS applications FROM {facts}.device_rows)
  WHERE cityHash64('arrival', device_id, {ago:UInt16}) % ${ARRIVALS_ONE_IN} = 0`;

/** `ago` in days before today. */
export async function makeCoverageDay(clickhouse: ClickHouse, ago: number): Promise<void> {
  await clickhouse.command(DAY_OF_COVERAGE, { ago });
  await clickhouse.command(DAY_OF_ARRIVALS, { ago });
}

/** After the last day. */
export async function makeCoverageWindows(clickhouse: ClickHouse): Promise<void> {
  await deriveCoverageWindows(clickhouse, Date.now());
}
