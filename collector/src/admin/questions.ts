/** What every route needs to answer: the tables and the time. */
import type { ClickHouse } from '../clickhouse/clickhouse.ts';
import { DAYS_SHOWN, utcDay } from './days.ts';

export interface Questions {
  clickhouse: ClickHouse;
  /** Milliseconds since 1970. */
  now: () => number;
}

/** Today, and the first of the days that a detail shows. */
export function daysShown({ now }: Questions): { day: string; since: string } {
  return { day: utcDay(now()), since: utcDay(now(), DAYS_SHOWN - 1) };
}
