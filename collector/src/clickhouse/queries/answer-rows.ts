/**
 * The rows that the questions in this folder are answered with. Types only, since the page is built on them too.
 *
 * Ids are text of 16 lower-case hex digits; no JavaScript number holds all of them. Points in time are ISO 8601 in
 * UTC, days are UTC dates, sizes are bytes, durations are seconds. Names, paths and hostnames are what devices
 * sent: any text at all.
 */
import type { DeviceState } from '../device-states.ts';

export interface ListOf<Row> {
  /** Rows that match, of which `rows` is a part. */
  total: number;
  rows: Row[];
}

/** What records in quarantine do to the figures of an application's day. */
export interface Exclusion {
  /** Devices of which records are in quarantine: the figures are without them. */
  devices_excluded: number;
  /** Since when the figures are held at the last right ones, because those are many; null: they are current. */
  stale_since: string | null;
}

export interface FleetSummary {
  /** The day that "today" means. */
  day: string;
  devices: number;
  applications: number;
  executables: number;
  /** Applications used today, anywhere. */
  used_today: number;
  /** Over all devices and applications. */
  seconds_today: number;
  inventory_computed_at: string | null;
  usage_computed_at: string | null;
  /** Applications and days, of all days, that are held at their last right figures. */
  held: number;
  /** Since when the longest held is. */
  held_since: string | null;
}

/** `Exclusion` is of its use today. */
export interface ApplicationRow extends Exclusion {
  application_id: string;
  name: string;
  /** The version on most devices. */
  version: string;
  /** How many versions the fleet has; 0: it ran, but is in no program root. */
  versions: number;
  publisher: string;
  /** 0 when only the file name is known. */
  recognised: number;
  devices: number;
  executables: number;
  last_used: string | null;
  devices_used_today: number;
  seconds_today: number;
  launches_today: number;
  /** Of the devices; null in `usage_computed_at`: there are no figures of today. */
  computed_at: string;
  usage_computed_at: string | null;
}

export interface ApplicationVersionRow {
  version: string;
  devices: number;
  executables: number;
  computed_at: string;
}

export interface ApplicationExecutableRow {
  executable_id: string;
  /** Empty until its evidence has arrived, like `path`. */
  sha256: string;
  path: string;
  size: number;
  format: string;
  version: string;
  devices: number;
  first_seen: string;
}

export interface ApplicationDeviceRow {
  device_id: string;
  hostname: string;
  os_name: string;
  /** 0: used there, but not installed now. */
  installed: number;
  /** Version that ran there last, empty when none did. */
  version_used: string;
  /** Within the days of the detail. */
  seconds: number;
  last_used: string | null;
}

export interface UseOfDay extends Exclusion {
  day: string;
  devices: number;
  devices_used: number;
  /** A number, `< 5` of fewer than are shown, or `not known`. */
  users: string;
  seconds: number;
  launches: number;
  /** null: held before it ever had a right figure; the numbers are 0 and say nothing. */
  computed_at: string | null;
}

/** Of what is licensed by concurrency. */
export interface UseAtOnce extends Exclusion {
  day: string;
  /** Most within the same five minutes, of the devices in order. */
  peak_devices: number;
  /** Beginning of the first such five minutes; null: of fewer devices than are shown as what they are. */
  peak_devices_at: string | null;
  /** A number, or `< 5` of fewer than are shown. */
  peak_users: string;
  /** Devices that told at which times of the day, of those that used it. */
  devices_in_order: number;
  devices_used: number;
}

export interface ApplicationDetail {
  application: ApplicationRow;
  versions: ApplicationVersionRow[];
  executables: ListOf<ApplicationExecutableRow>;
  devices: ListOf<ApplicationDeviceRow>;
  /** Days with a derived value among the last 30, oldest first. */
  days: UseOfDay[];
  /** The same days, where times of the day are told of it. */
  at_once: UseAtOnce[];
}

export interface DeviceRow {
  device_id: string;
  hostname: string;
  state: DeviceState;
  group: string;
  /** Device that took its place; empty for none. */
  superseded_by: string;
  os: string;
  os_name: string;
  os_version: string;
  architecture: string;
  cpu_count: number;
  memory_mib: number;
  agent_version: string;
  executables: number;
  /** Sequence of the newest processed report. */
  reports: number;
  report_bytes: number;
  /** Since the agent started, like those behind it. */
  agent_cpu_ms: number;
  agent_resident_kib: number;
  agent_files_hashed: number;
  skipped_files: number;
  first_seen: string;
  last_seen: string;
}

export interface DeviceApplicationRow {
  application_id: string;
  name: string;
  publisher: string;
  versions: string[];
  recognised: number;
  /** 0: it ran there, but is not installed now. */
  executables: number;
  /** Within the last 30 days, like `launches`. */
  seconds: number;
  seconds_today: number;
  launches: number;
  last_used: string | null;
}

export interface DeviceDetail {
  device: DeviceRow & { agent_uptime_s: number };
  /** What this computer was before: devices whose place it took, newest first. */
  former: { device_id: string; hostname: string; last_seen: string }[];
  applications: ListOf<DeviceApplicationRow>;
}

export interface ExecutableRow {
  executable_id: string;
  /** Empty until its evidence has arrived, like `path`. */
  sha256: string;
  path: string;
  size: number;
  format: string;
  application_id: string;
  application: string;
  version: string;
  publisher: string;
  /** 1: it ran from the image of a container, and is not installed on the computer itself. */
  in_container: number;
  /** Devices that have it now; 0: removed, or run from outside every program root. */
  devices: number;
  first_seen: string;
}

export interface UsageRow extends Exclusion {
  application_id: string;
  application: string;
  publisher: string;
  devices: number;
  devices_used: number;
  seconds: number;
  launches: number;
  /** As in UseOfDay. */
  computed_at: string | null;
}
