/** What the agent of a simulated device would have in its usage table: cumulative rows of each run and day. */
import { countSlots, noSlots, setSlot } from '../../agent/src/usage/slots.ts';
import type { CoverageRow, LaunchCounts, UsageRow } from '../../agent/src/usage/usage-values.ts';
import type { ExecutableCatalogue } from './executable-catalogue.ts';
import type { Happening, UsageHistory } from './usage-history.ts';

export type DueUsageRow = UsageRow & { acknowledgedSlots: Uint8Array };

export interface DueUsage {
  records: DueUsageRow[];
  coverage: CoverageRow[];
}

export interface UsageOfDevice {
  device: number;
  /** Days since 1970 of the first day of the simulation. */
  firstDay: number;
  /** The meter began to look at this hour. */
  meterHour: number;
  runName: (run: number) => string;
  userName: (user: number) => string;
}

const HOURS_A_DAY = 24;
const SECONDS_AN_HOUR = 3600;

/** Rows that changed in the hours `from` to `to` (excluded), with the values they have at `to`. */
export function dueUsage(
  history: UsageHistory,
  catalogue: ExecutableCatalogue,
  of: UsageOfDevice,
  from: number,
  to: number,
): DueUsage {
  const due: DueUsage = { records: [], coverage: [] };
  for (let day = Math.floor(from / HOURS_A_DAY); day * HOURS_A_DAY < to; day++) {
    const begin = Math.max(of.meterHour, day * HOURS_A_DAY);
    const end = Math.min(to, (day + 1) * HOURS_A_DAY);
    const told = Math.max(begin, from);
    const rows = new Map<string, DueUsageRow>();
    for (const each of history.happenings(of.device, begin, told))
      addTo(rowOf(rows, each, day, catalogue, of), each);
    for (const row of rows.values()) row.acknowledgedSlots = Uint8Array.from(row.slots);
    const changed = new Set<DueUsageRow>();
    for (const each of history.happenings(of.device, told, end)) {
      const row = rowOf(rows, each, day, catalogue, of);
      addTo(row, each);
      changed.add(row);
    }
    due.records.push(...changed);
    due.coverage.push(...coverage(history, of, day, { begin, told, end }));
  }
  return due;
}

function rowOf(
  rows: Map<string, DueUsageRow>,
  { executable, user, run }: Happening,
  day: number,
  catalogue: ExecutableCatalogue,
  of: UsageOfDevice,
): DueUsageRow {
  const key = `${executable} ${user} ${run}`;
  let row = rows.get(key);
  if (!row) {
    row = {
      day: of.firstDay + day,
      run: of.runName(run),
      executableId: catalogue.idOf(executable),
      user: of.userName(user),
      seconds: 0,
      launches: { user: 0, autostart: 0, service: 0, scheduler: 0, unknown: 0 } satisfies LaunchCounts,
      slots: noSlots(),
      acknowledgedSlots: noSlots(),
    };
    rows.set(key, row);
  }
  return row;
}

function addTo(row: UsageRow, { seconds, launches, launchedBy, marks }: Happening): void {
  row.seconds += seconds;
  row.launches[launchedBy] += launches;
  for (const mark of marks) setSlot(row.slots, mark);
  if (row.seconds > 300 * countSlots(row.slots))
    throw new Error('a simulated program ran longer than its marks');
}

/** The meter observes every hour; a run that ended keeps what it had. */
function coverage(
  history: UsageHistory,
  of: UsageOfDevice,
  day: number,
  { begin, told, end }: { begin: number; told: number; end: number },
): CoverageRow[] {
  const seconds = new Map<number, number>();
  for (let hour = begin; hour < end; hour++) {
    const run = history.runAt(of.device, hour);
    seconds.set(run, (seconds.get(run) ?? 0) + SECONDS_AN_HOUR);
  }
  const now = new Set<number>();
  for (let hour = told; hour < end; hour++) now.add(history.runAt(of.device, hour));
  return [...now].map((run) => ({
    day: of.firstDay + day,
    run: of.runName(run),
    seconds: seconds.get(run) as number,
    unobservedSeconds: 0,
    interactiveSeconds: undefined,
  }));
}
