/** Rules for digests of usage. A digest only makes the collector ask, once, so a false one hurts nobody else. */
import type { UsageDigestFields, UsageFields } from '@fleetmeter/proto';
import { dayFault, hasRun, MAX_LAUNCHES, type RecordFault, SECONDS_PER_DAY } from './usage-record.ts';

const SLOTS_PER_DAY = 288;
const ORIGINS = 5;

/** `receivedAt` in milliseconds since 1970 by the collector's clock. */
export function usageDigestFault(
  digest: UsageDigestFields,
  usage: UsageFields,
  receivedAt: number,
): RecordFault | undefined {
  const reason = 'usage-digest-out-of-range';
  if (!hasRun(usage, digest.run ?? 0))
    return { reason: 'usage-reference-missing', detail: `digest refers to run ${digest.run ?? 0}` };
  const records = digest.records ?? 0;
  const most = {
    seconds: records * SECONDS_PER_DAY,
    launches: records * ORIGINS * MAX_LAUNCHES,
    marks: records * SLOTS_PER_DAY,
    coverageSeconds: SECONDS_PER_DAY,
  };
  for (const name of Object.keys(most) as (keyof typeof most)[]) {
    const value = digest[name] ?? 0;
    if (value > most[name])
      return { reason, detail: `${name} is ${value}, allowed for ${records} records are 0 to ${most[name]}` };
  }
  return dayFault(digest.day ?? 0, receivedAt, reason);
}
