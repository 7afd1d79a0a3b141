/** Usage and coverage of closed days against the digests that devices sent of them. */
import {
  countDigests,
  daysWithDigests,
  type LackingUsage,
  lackingUsage,
  presentHeads,
} from '../clickhouse/audit-usage.ts';
import type { AuditRequest } from '../control/audit-ledger.ts';
import type { SweepParts } from './sweep-parts.ts';
import { confirmedLacking, differenceOf, lacksCoverage, lacksUsage } from './usage-difference.ts';

const MILLISECONDS_A_DAY = 86_400_000;
/** Agents keep usage for 35 days from its acknowledgement: what is older may still be there after an outage. */
const DAYS_AUDITED = 70;
/** (device, run) that one sweep asks for of one day; the rest is found by the next. */
const MOST_A_DAY = 100_000;

export async function auditUsage(parts: SweepParts): Promise<void> {
  const { clickhouse, control, now, pace } = parts;
  const oldest = Math.floor(now() / MILLISECONDS_A_DAY) - DAYS_AUDITED;
  control.auditLedger.forgetDaysBefore(oldest);
  for (const day of await daysWithDigests(clickhouse))
    if (day >= oldest) await pace(() => auditDay(day, parts));
}

async function auditDay(day: number, { clickhouse, control, now, findings }: SweepParts): Promise<void> {
  findings.digests += await countDigests(clickhouse, day);
  const first = await lackingUsage(clickhouse, day, MOST_A_DAY);
  const confirmed =
    first.length === 0 ? [] : confirmedLacking(first, await lackingUsage(clickhouse, day, MOST_A_DAY));
  const lacking = confirmed.filter(({ deviceId }) => !control.lives.erasures.isClosed(deviceId));
  findings.lost.usage += lacking.filter(lacksUsage).length;
  findings.lost.coverage += lacking.filter(lacksCoverage).length;
  const ofDevice = Map.groupBy(lacking, ({ deviceId }) => deviceId);
  const requests = await requestsFor(day, ofDevice, { clickhouse, control });
  const { asked, postponed } = control.auditLedger.ask(requests, now());
  findings.asked += asked;
  findings.postponed += postponed;
  // Beyond the limit nobody looked.
  if (first.length < MOST_A_DAY) control.auditLedger.settled('usage', day, new Set(ofDevice.keys()));
}

async function requestsFor(
  day: number,
  ofDevice: ReadonlyMap<string, LackingUsage[]>,
  { clickhouse, control }: Pick<SweepParts, 'clickhouse' | 'control'>,
): Promise<AuditRequest[]> {
  const heads = await presentHeads(clickhouse, [...ofDevice.keys()]);
  return heads.flatMap(({ deviceId, epochNo, sequence }): AuditRequest[] => {
    const [epoch] = control.epochs.between(epochNo, epochNo);
    if (!epoch) return [];
    const directive = { epoch: epoch.epochId, sequence, resendUsage: { days: [day] } };
    return [
      {
        kind: 'usage',
        deviceId,
        senderDeviceId: epoch.senderDeviceId,
        day,
        difference: differenceOf(ofDevice.get(deviceId) ?? []),
        directive,
      },
    ];
  });
}
