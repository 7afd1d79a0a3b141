/** What the facts say one device used on one day, merged, every generation; and which executables an application has. */
import type { ClickHouse } from './clickhouse.ts';
import type { FactRow } from './fact-tables.ts';

export type UsageFact = FactRow<'usage'>;

const NUMBERS = [
  ...(['seconds', 'launches_user', 'launches_autostart', 'launches_service', 'launches_scheduler'] as const),
  ...(['launches_unknown', 'foreground_seconds', 'locked_seconds'] as const),
];
const SLOTS = ['slots_0', 'slots_1', 'slots_2', 'slots_3', 'slots_4'] as const;

/** At most `most` rows, each key once. Epochs are those of the device; `day` counts days since 1970. */
export async function readDeviceDayUse(
  clickhouse: ClickHouse,
  day: number,
  epochNos: readonly number[],
  most: number,
): Promise<UsageFact[]> {
  if (epochNos.length === 0) return [];
  const rows = await clickhouse.rows<Record<string, string | number>>(
    `SELECT epoch_no, executable_no, lower(hex(user)) AS who, toString(run) AS run_text, generation,
       ${NUMBERS.map((name) => `max(usage.${name}) AS ${name}`).join(', ')},
       groupBitOr(usage.slot_order) AS slot_order,
       ${SLOTS.map((name) => `toString(groupBitOr(usage.${name})) AS ${name}`).join(', ')}
     FROM {facts}.usage WHERE day = toDate({day:UInt16}) AND epoch_no IN (${epochNos.join(',')})
     GROUP BY epoch_no, executable_no, who, run_text, generation
     ORDER BY epoch_no, executable_no, who, run_text, generation LIMIT {most:UInt32}`,
    { day, most },
  );
  return rows.map((row) => ({
    day,
    epoch_no: row.epoch_no as number,
    executable_no: row.executable_no as number,
    user: Buffer.from(row.who as string, 'hex'),
    run: BigInt(row.run_text as string),
    generation: row.generation as number,
    slot_order: row.slot_order as number,
    ...(Object.fromEntries(NUMBERS.map((name) => [name, row[name]])) as Pick<
      UsageFact,
      (typeof NUMBERS)[number]
    >),
    ...(Object.fromEntries(SLOTS.map((name) => [name, BigInt(row[name] as string)])) as Pick<
      UsageFact,
      (typeof SLOTS)[number]
    >),
  }));
}

/** Numbers of everything that is mapped to the application (16 hex digits) now. */
export async function readExecutablesOf(clickhouse: ClickHouse, applicationId: string): Promise<Set<number>> {
  const rows = await clickhouse.rows<{ executable_no: number }>(
    `SELECT executable_no FROM {facts}.mappings FINAL
     WHERE application_id64 = reinterpretAsUInt64(reverse(unhex({id:String})))`,
    { id: applicationId },
  );
  return new Set(rows.map(({ executable_no }) => executable_no));
}

/** Its number, or nothing, for an executable's id of 16 hex digits. */
export async function readExecutableNo(clickhouse: ClickHouse, executableId: string): Promise<Set<number>> {
  const rows = await clickhouse.rows<{ executable_no: number }>(
    `SELECT DISTINCT executable_no FROM {facts}.executables
     WHERE executable_id64 = reinterpretAsUInt64(reverse(unhex({id:String})))`,
    { id: executableId },
  );
  return new Set(rows.map(({ executable_no }) => executable_no));
}
