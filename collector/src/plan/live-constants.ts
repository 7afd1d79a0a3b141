/**
 * What a running collector's /metrics tells of the constants, and what it does not. Counters count since its
 * start, so the longer it runs the better they fit. Costs by stage cannot be seen from outside: those stay as they
 * were measured, and what everything together costs a report is said beside them.
 */
import type { ConstantName, ConstantValues } from './constants.ts';
import { readable } from './quantity.ts';

/** The message is one line for the person who gave the address. */
export class LiveError extends Error {
  override name = 'LiveError';
}

export interface LiveFigures {
  url: string;
  values: Partial<ConstantValues>;
  /** What was seen, and what was not. */
  notes: string[];
}

const TIMEOUT_MS = 10_000;
const MIB = 1024 * 1024;
/** Fewer say nothing. */
const LEAST_ROWS = 1000;

/** Bytes of a row of these tables are a constant of the plan each. */
const ROW_BYTES: readonly (readonly [table: string, constant: ConstantName])[] = [
  ['epochs', 'diskEpochBytes'],
  ['device_heads', 'diskHeadBytes'],
  ['host_facts', 'diskHostBytes'],
  ['inventory_changes', 'diskChangeBytes'],
  ['usage', 'diskUsageBytes'],
  ['coverage', 'diskCoverageBytes'],
  ['usage_digests', 'diskUsageDigestBytes'],
  ['executables', 'diskExecutableBytes'],
  ['mappings', 'diskMappingBytes'],
  ['usage_daily', 'diskUsageDailyBytes'],
];

/** `url` is the address of the collector's page. Rejects with LiveError. */
export async function readLive(url: string): Promise<LiveFigures> {
  if (!/^https?:$/.test(URL.parse(url)?.protocol ?? ''))
    throw new LiveError(`--from-live must be the address of a collector's page, not ${JSON.stringify(url)}`);
  const address = new URL('/metrics', url);
  let text: string;
  try {
    const answer = await fetch(address, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    if (!answer.ok) throw new Error(`it answered ${answer.status}`);
    text = await answer.text();
  } catch (cause) {
    const { message, cause: deeper } = cause as Error & { cause?: Error };
    throw new LiveError(`${address.href} cannot be read: ${deeper?.message ?? message}`, { cause });
  }
  return { url, ...liveConstants(parseMetrics(text)) };
}

export type MetricValue = (name: string, labels?: string) => number | undefined;

/** Values by name; with labels as they are written, for example `table="usage"`, else summed over all of them. */
export function parseMetrics(text: string): MetricValue {
  const values = new Map<string, number>();
  const sums = new Map<string, number>();
  for (const line of text.split('\n')) {
    const [, name, labels, value] = /^(\w+)(?:\{([^}]*)\})? (\S+)/.exec(line) ?? [];
    if (name === undefined || !Number.isFinite(Number(value))) continue;
    values.set(`${name}{${labels ?? ''}}`, Number(value));
    sums.set(name, (sums.get(name) ?? 0) + Number(value));
  }
  return (name, labels) => (labels === undefined ? sums.get(name) : values.get(`${name}{${labels}}`));
}

export function liveConstants(metric: MetricValue): Pick<LiveFigures, 'values' | 'notes'> {
  const values: Partial<ConstantValues> = {};
  const unseen: string[] = [];
  const take = (constant: ConstantName, value: number | undefined, why: string) => {
    if (value !== undefined && Number.isFinite(value) && value > 0) values[constant] = value;
    else unseen.push(`${constant} (${why})`);
  };
  for (const [table, constant] of ROW_BYTES) {
    const rows = metric('fleetmeter_table_rows', `table="${table}"`) ?? 0;
    const bytes = metric('fleetmeter_table_bytes', `table="${table}"`) ?? 0;
    take(constant, rows < LEAST_ROWS ? undefined : bytes / rows, `fewer than ${LEAST_ROWS} rows of ${table}`);
  }
  take('collectorMib', mib(metric('fleetmeter_process_resident_memory_bytes')), 'no such metric');
  const notes = [
    `taken from the collector: ${Object.keys(values).join(', ') || 'nothing'}`,
    `kept, not to be seen there: ${unseen.join(', ') || 'nothing'}; and every cost of a single stage`,
    ...seenCosts(metric),
  ];
  return { values, notes };
}

/** All kinds of reports together, recompute and the page included: for comparing, not for calculating. */
function seenCosts(metric: MetricValue): string[] {
  const reports = metric('fleetmeter_process_reports_total') ?? 0;
  if (reports === 0) return ['it has processed no report yet, so it says nothing about costs'];
  const of = (name: string, scale: number, unit: string) => {
    const value = metric(name);
    return value === undefined ? undefined : `${readable((value * scale) / reports)} ${unit}`;
  };
  const seen = [
    ['collector', of('fleetmeter_process_cpu_seconds_total', 1e6, 'CPU µs')],
    ['engine', of('fleetmeter_engine_cpu_seconds_total', 1e6, 'CPU µs')],
    ['received', of('fleetmeter_receive_bytes_total', 1, 'bytes')],
    ['written', of('fleetmeter_process_rows_total', 1, 'rows')],
  ] as const;
  return [
    `seen for each of ${readable(reports)} reports since its start: ${seen
      .map(([who, value]) => `${who} ${value ?? 'not told'}`)
      .join(', ')}`,
  ];
}

function mib(bytes: number | undefined): number | undefined {
  return bytes === undefined ? undefined : bytes / MIB;
}
