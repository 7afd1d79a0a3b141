/**
 * Every device's present epoch: its head, host facts and inventory. What is missing or does not fit comes back with
 * a baseline, so the device is asked for one.
 */
import type { DirectiveFields } from '@fleetmeter/proto';
import { digestSumBytes } from '@fleetmeter/proto';
import { type AuditedEpoch, auditInventories, FINDING } from '../clickhouse/audit-inventories.ts';
import { readEpochHeads } from '../clickhouse/epoch-states.ts';
import type { AuditRequest } from '../control/audit-ledger.ts';
import type { AuditFindings } from './audit-findings.ts';
import type { SweepParts } from './sweep-parts.ts';

const BAND = 65_536;
/** Heads read at once. */
const HEADS = 2_000;
const LOST = FINDING.headMissing | FINDING.inventoryMissing | FINDING.inventoryDiffers | FINDING.hostMissing;
/** Without a head nobody can tell which baseline was the last: this one is never older. */
const NEWEST = 0xffff_ffff;

interface Lost extends AuditedEpoch {
  /** The tables have an older inventory than the processor wrote. */
  stale: boolean;
}

export async function auditPresentEpochs(parts: SweepParts): Promise<void> {
  const { control, pace, findings } = parts;
  const differing = new Set<string>();
  for (let first = 1; first <= control.epochs.last(); first += BAND) {
    await pace(async () => {
      const lost = await lostIn(first, first + BAND - 1, parts);
      for (const each of lost) {
        differing.add(each.deviceId);
        count(each, findings);
      }
      for (let at = 0; at < lost.length; at += HEADS) {
        const { asked, postponed } = control.auditLedger.ask(
          await requestsFor(lost.slice(at, at + HEADS), parts),
          parts.now(),
        );
        findings.asked += asked;
        findings.postponed += postponed;
      }
      // What the processor remembers of them would hide the loss from it.
      parts.heads.forget(lost.map(({ epochNo }) => epochNo));
    });
  }
  control.auditLedger.settled('inventory', 0, differing);
}

async function lostIn(first: number, last: number, parts: SweepParts): Promise<Lost[]> {
  const { clickhouse, now, findings } = parts;
  const openedBefore = now() - parts.youngestMs;
  const epochs = await auditInventories(clickhouse, first, last, openedBefore);
  findings.devices += epochs.length;
  findings.unverifiable += epochs.filter((each) => each.findings & FINDING.unverifiable).length;
  const candidates = judged(epochs, parts);
  if (candidates.length === 0) return [];
  // One reading may see the newer of two tables; what is missing in both is missing.
  const again = judged(await auditInventories(clickhouse, first, last, openedBefore), parts);
  const confirmed = new Map(again.map((each) => [each.epochNo, each]));
  return candidates.flatMap((each): Lost[] => {
    const later = confirmed.get(each.epochNo);
    if (!later) return [];
    const both = later.findings & each.findings & LOST;
    const stale = later.stale && each.stale;
    return both !== 0 || stale ? [{ ...later, findings: both, stale }] : [];
  });
}

function judged(epochs: readonly AuditedEpoch[], { heads, control }: SweepParts): Lost[] {
  return epochs.flatMap((each): Lost[] => {
    // Its rows are being deleted.
    if (control.lives.erasures.isClosed(each.deviceId)) return [];
    const written = heads.peek(each.epochNo)?.inventoryVersion ?? 0;
    const stale = each.inventoryVersion > 0 && written > each.inventoryVersion;
    return stale || (each.findings & LOST) !== 0 ? [{ ...each, stale }] : [];
  });
}

function count({ findings: found, stale }: Lost, findings: AuditFindings): void {
  if (found & FINDING.headMissing) findings.lost.head++;
  if (found & FINDING.hostMissing) findings.lost.host++;
  if (stale || found & (FINDING.inventoryMissing | FINDING.inventoryDiffers)) findings.lost.inventory++;
}

async function requestsFor(
  lost: readonly Lost[],
  { clickhouse, control }: SweepParts,
): Promise<AuditRequest[]> {
  const heads = await readEpochHeads(
    clickhouse,
    lost.map(({ epochNo }) => epochNo),
  );
  return lost.flatMap(
    ({ epochNo, deviceId, findings, stale, inventoryVersion, difference }): AuditRequest[] => {
      const [epoch] = control.epochs.between(epochNo, epochNo);
      if (!epoch) return [];
      const head = heads.get(epochNo);
      const directive: DirectiveFields =
        head && head.sequence > 0
          ? {
              epoch: epoch.epochId,
              sequence: head.sequence,
              resync: {
                head: {
                  sequence: head.sequence,
                  reportHash: head.reportHash,
                  digest: { count: head.digest.count, sum: digestSumBytes(head.digest) },
                },
              },
            }
          : { epoch: epoch.epochId, sequence: NEWEST, resync: {} };
      const what = stale ? `older than written: ${inventoryVersion}` : `${findings}: ${difference}`;
      const { senderDeviceId } = epoch;
      return [
        { kind: 'inventory', deviceId, senderDeviceId, day: 0, difference: `${epochNo}: ${what}`, directive },
      ];
    },
  );
}
