/** Everything the tables hold of one person. */
import type { ClickHouse } from '../clickhouse.ts';
import { ask } from './question.ts';

export interface PersonDay {
  day: string;
  device_id: string;
  application_id: string;
  application: string;
  publisher: string;
  seconds: number;
  launches: number;
  launches_by_user: number;
  /** -1: the platform cannot tell. */
  foreground_seconds: number;
}

export interface PersonHeld {
  /** Newest first. */
  days: PersonDay[];
  /** There are more days than these. */
  more: boolean;
  applications: { application_id: string; application: string; days: number; seconds: number }[];
  devices: { device_id: string; hostname: string; first_day: string; last_day: string }[];
}

/** Rows of a hundred days of a person who uses a thousand programs on each. */
const MOST_DAYS = 100_000;

/** `person` is 32 lower-case hex digits. */
export async function personHeld(clickhouse: ClickHouse, person: string): Promise<PersonHeld> {
  const days = await ask<PersonDay>(clickhouse, DAYS, { person, most: MOST_DAYS + 1 });
  const [applications, devices] = await Promise.all([
    ask<PersonHeld['applications'][number]>(clickhouse, APPLICATIONS, { person }),
    ask<PersonHeld['devices'][number]>(clickhouse, DEVICES, { person }),
  ]);
  return { days: days.slice(0, MOST_DAYS), more: days.length > MOST_DAYS, applications, devices };
}

const DAYS = `
  SELECT toString(user_usage_daily.day) AS day, device_id, application_id, application, publisher, seconds, launches, launches_by_user,
    foreground_seconds
  FROM {person}.user_usage_daily WHERE person = {person:String}
  ORDER BY user_usage_daily.day DESC, device_id, application_id LIMIT {most:UInt32}`;

const APPLICATIONS = `
  SELECT application_id, any(application) AS application, uniqExact(day) AS days, sum(user_usage_daily.seconds) AS seconds
  FROM {person}.user_usage_daily WHERE person = {person:String}
  GROUP BY application_id ORDER BY seconds DESC, application_id`;

const DEVICES = `
  SELECT used.device_id AS device_id, host.hostname AS hostname, used.first_day AS first_day, used.last_day AS last_day
  FROM
  (
    SELECT device_id, toString(min(day)) AS first_day, toString(max(day)) AS last_day
    FROM {person}.user_usage_daily WHERE person = {person:String} GROUP BY device_id
  ) AS used
  LEFT JOIN (SELECT device_id, hostname FROM {facts}.device_rows) AS host ON host.device_id = used.device_id
  ORDER BY device_id`;
