/** Composes the next report from the store and commits it, byte for byte, before anything of it is sent. */
import { createHash } from 'node:crypto';
import {
  type AgentCostFields,
  envelopeHash,
  type HostFactsFields,
  Report,
  sealEnvelope,
} from '@fleetmeter/proto';
import { dayOf, type Instant } from '../clock/clock.ts';
import { baselineParts, MOST_IDS_IN_A_PART } from '../delta/baseline-parts.ts';
import { composeReport, needsBaseline, type ReportInput } from '../delta/compose-report.ts';
import { fittingUsage } from '../delta/compose-usage.ts';
import type { EpochState } from '../delta/epoch-state.ts';
import type { DeviceIdentity } from '../identity/device-identity.ts';
import type { Inventory } from '../inventory/inventory.ts';
import type { NoticeOutcome } from '../move/move-book.ts';
import type { AgentStore } from '../store/agent-store.ts';
import type { FrozenInventory } from '../store/baseline-table.ts';
import type { OutboxReport } from '../store/outbox-table.ts';
import { slotPermutation } from '../usage/slot-permutation.ts';

/** What is beyond goes with the next report. */
const MOST_USAGE_RECORDS = 5_000;
const MOST_COVERAGE_RECORDS = 1_000;
const MOST_DIGESTS = 500;

export interface NextReportParts {
  store: AgentStore;
  inventory: Inventory;
  identity: DeviceIdentity;
  host: () => HostFactsFields;
  cost: () => AgentCostFields;
  /** Of the collector's settings that the agent runs by. */
  settingsVersion?: () => number;
  /** True while the agent is paused: a report then says only that it is there. */
  quiet?: () => boolean;
  /** Executables from which on a baseline goes in parts, and the most in one. */
  mostIdsInAPart?: number;
  /** What the collector's notices said of its place; without it they are of no account. */
  notices?: Notices;
}

export interface Notices {
  /** Of the newest notice obeyed; 0: none. */
  serial: () => number;
  /** Durable when this returns. */
  receive: (sealed: Uint8Array) => NoticeOutcome;
}

export interface Addressee {
  deviceId: Uint8Array;
  collectorId: Uint8Array;
}

/**
 * An epoch must be open and nothing in flight. One transaction: what is read is what is committed. Each refusal in
 * a row halves what is sent of usage and of a baseline: the same again would be refused again.
 */
export function commitNextReport(
  parts: NextReportParts,
  to: Addressee,
  at: Instant,
  utcOffsetSeconds: number,
  refusedInARow = 0,
): OutboxReport {
  const { store, inventory, identity, host, cost, notices, settingsVersion } = parts;
  if (parts.quiet?.()) return commitQuietReport(parts, to, at, utcOffsetSeconds);
  inventory.flush();
  return store.transaction(() => {
    const epoch = store.outbox.epoch();
    if (!epoch) throw new Error('no epoch is open');
    const baseline = needsBaseline(epoch);
    const change = inventoryChange(parts, epoch, refusedInARow);
    const share = (most: number): number => Math.max(1, most >> Math.min(refusedInARow, 30));
    if (baseline) store.digests.wantAll();
    const dueUsage = store.usage.dueUsage(share(MOST_USAGE_RECORDS));
    const {
      records: usage,
      coverage,
      digests,
    } = fittingUsage(
      dueUsage,
      store.usage.dueCoverage(share(MOST_COVERAGE_RECORDS), dueUsage.length),
      (rows) => store.digests.due(dayOf(at.wallMs), rows, share(MOST_DIGESTS)),
    );
    const hostFacts = host();
    const hostHash = hashOf(Report.encode({ host: hostFacts }).finish());
    const fields = composeReport({
      ...to,
      ...change.content,
      epoch,
      previousHash: store.outbox.hashOf(epoch.sequence),
      composedAt: Math.max(0, Math.floor(at.wallMs / 1000)),
      utcOffsetSeconds,
      usage: { records: usage, coverage, digests, permutation: permutations(identity.slotSecret) },
      host: baseline || hostHash !== epoch.ackedHostHash ? hostFacts : undefined,
      cost: cost(),
      noticeSerial: notices?.serial() ?? 0,
      settingsVersion: settingsVersion?.(),
    });
    const sequence = epoch.sequence + 1;
    const envelope = sealEnvelope('Report', Report.encode(fields).finish(), identity.signingKey);
    const hash = envelopeHash(envelope);
    store.outbox.put({
      sequence,
      envelope,
      hash,
      baseline,
      ...change.acknowledges,
      hostHash,
      usage,
      coverage,
      digests,
    });
    return { sequence, envelope };
  });
}

/** What is said of the inventory, and what of it the report's acknowledgement acknowledges. */
interface ComposedChange {
  content: Pick<ReportInput, 'digest' | 'present' | 'absent' | 'part'>;
  acknowledges: FrozenInventory;
}

function inventoryChange(
  { store, inventory, mostIdsInAPart = MOST_IDS_IN_A_PART }: NextReportParts,
  epoch: EpochState,
  refusedInARow: number,
): ComposedChange {
  const now = inventory.state();
  const frozen = { digest: now.digest, touch: now.touchCounter };
  if (needsBaseline(epoch)) {
    const present = store.inventory.presentIds();
    const most = Math.max(1, mostIdsInAPart >> Math.min(refusedInARow, 30));
    const lists = baselineParts(present, most);
    if (lists.length === 0)
      return { content: { digest: now.digest, present, absent: [] }, acknowledges: frozen };
    store.baseline.begin(frozen, lists);
  }
  const part = store.baseline.take();
  if (!part) {
    const touched = store.inventory.touchedSince(epoch.ackedTouch);
    return { content: { digest: now.digest, ...touched }, acknowledges: frozen };
  }
  // Until the last part is there the collector has what it had.
  const last = part.part === part.parts - 1;
  return {
    content: { digest: part.frozen.digest, present: [], absent: [], part },
    acknowledges: last ? part.frozen : { digest: epoch.ackedDigest, touch: epoch.ackedTouch },
  };
}

/**
 * Asks whether the pause goes on: nothing that was observed before or since, no host facts, no cost. What is
 * acknowledged with it is what was acknowledged already, so everything that is due stays due.
 */
function commitQuietReport(
  { store, identity, settingsVersion, notices }: NextReportParts,
  to: Addressee,
  at: Instant,
  utcOffsetSeconds: number,
): OutboxReport {
  return store.transaction(() => {
    // Parts have sequences in a row: with this one between them the baseline has to begin again.
    if (store.baseline.underWay()) store.outbox.wantBaseline();
    const epoch = store.outbox.epoch();
    if (!epoch) throw new Error('no epoch is open');
    const nothing = { records: [], coverage: [], digests: [] };
    const fields = composeReport({
      ...to,
      quiet: true,
      ...{ present: [], absent: [], digest: epoch.ackedDigest },
      epoch,
      previousHash: store.outbox.hashOf(epoch.sequence),
      composedAt: Math.max(0, Math.floor(at.wallMs / 1000)),
      utcOffsetSeconds,
      usage: { ...nothing, permutation: permutations(identity.slotSecret) },
      host: undefined,
      cost: undefined,
      settingsVersion: settingsVersion?.(),
      noticeSerial: notices?.serial() ?? 0,
    });
    const sequence = epoch.sequence + 1;
    const envelope = sealEnvelope('Report', Report.encode(fields).finish(), identity.signingKey);
    store.outbox.put({
      sequence,
      envelope,
      hash: envelopeHash(envelope),
      baseline: false,
      touch: epoch.ackedTouch,
      digest: epoch.ackedDigest,
      hostHash: epoch.ackedHostHash,
      usage: [],
      coverage: [],
      digests: [],
    });
    return { sequence, envelope };
  });
}

function permutations(secret: Uint8Array): (day: number) => Uint16Array {
  const byDay = new Map<number, Uint16Array>();
  return (day) => {
    const permutation = byDay.get(day) ?? slotPermutation(secret, day);
    byDay.set(day, permutation);
    return permutation;
  };
}

function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
