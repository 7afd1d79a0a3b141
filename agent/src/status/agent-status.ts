/** The agent's state as data: written by the running agent, read by `status`. */

import type { MoveStatus } from '../move/move-book.ts';
import type { ProgramNames } from '../sample/program-names.ts';
import type { Sampler } from '../sample/sampler.ts';
import type { Courier } from '../send/courier.ts';
import type { CourierCounts } from '../send/courier-parts.ts';
import type { RouteState } from '../send/routed-exchange.ts';
import type { FocusStatus } from '../sessions/x11/focus-watch.linux.ts';
import type { EffectiveSettings, SettingsStatus } from '../settings/effective-settings.ts';
import type { Facts } from '../store/fact-table.ts';
import type { StoreRoom } from '../store/state-database.ts';
import type { Forgotten } from '../store/state-limit.ts';
import type { UsageMeter } from '../usage/usage-meter.ts';
import type { FinderStatus } from '../watch/finder-status.ts';
import { type CostBudget, overspent } from './cost-budget.ts';
import { type OwnCost, peakKib } from './own-cost.ts';
import type { Problem } from './problem.ts';
import { type DisclosureStatus, problemsOf } from './problems.ts';

/** What happened longer ago is no problem any more. */
const RECENT_MS = 30 * 86_400_000;

export interface AgentStatus {
  agentVersion: string;
  pid: number;
  startedAtMs: number;
  updatedAtMs: number;
  /** Where the last request went. */
  collectorUrl: string;
  /** All that it may go to, best first. */
  addresses: RouteState[];
  /** Requests that went to another address than the one before. */
  addressSwitches: number;
  /** "host:port" of the proxy on the way there. */
  proxy: string | null;
  /** What the collector's notices said of its place. */
  move: MoveStatus;
  reportIntervalSeconds: number;
  sampleIntervalSeconds: number;
  settings: SettingsStatus;
  roots: readonly string[];
  finding: FinderStatus;
  filesHashedSinceStart: number;
  filesHashedEver: number;
  skipped: { reason: string; count: number }[];
  usage: {
    run: string;
    running: number;
    samples: number;
    missedSamples: number;
    unreadableProcesses: number;
    waitingForIdentification: number;
    unidentifiablePrograms: number;
    droppedValues: number;
  };
  /** Whether it is known which programs are in front; 'off': it is not metered; null: this platform is not asked. */
  foreground: (FocusStatus & { ofOthers: number }) | 'off' | null;
  /** Bytes in the database, and usage rows that went because of its limit. */
  state: StoreRoom & { forgotten: Forgotten };
  reporting: CourierCounts;
  evidence: { sent: number; missing: number; waiting: number };
  cost: OwnCost;
  /** What of `disclosed` fails. */
  disclosure: DisclosureStatus;
  /** Most resident memory since the start, and what the agent may cost before a problem is shown. */
  costPeakKib: number;
  costBudget: CostBudget;
  problems: Problem[];
}

/** The stages to ask, and what only the agent itself knows. */
export interface StatusInput
  extends Pick<
    AgentStatus,
    | 'agentVersion'
    | 'startedAtMs'
    | 'updatedAtMs'
    | 'collectorUrl'
    | 'proxy'
    | 'addresses'
    | 'addressSwitches'
    | 'move'
    | 'state'
    | 'foreground'
    | 'skipped'
    | 'cost'
    | 'disclosure'
    | 'costBudget'
  > {
  finding: FinderStatus;
  filesHashedBefore: number;
  meter: UsageMeter;
  sampler: Sampler;
  names: ProgramNames;
  courier: Courier;
  settings: EffectiveSettings;
  storeError: string | undefined;
  storeRebuilt: Facts['storeRebuilt'] | undefined;
}

function recently<T extends { atMs: number }>(event: T | undefined, nowMs: number): T | undefined {
  return event && nowMs - event.atMs < RECENT_MS ? event : undefined;
}

export function agentStatus(input: StatusInput): AgentStatus {
  const { finding, meter, sampler, names, courier, settings, skipped, cost } = input;
  const filesHashedSinceStart = finding.hashing.filesHashed;
  const { evidence } = courier;
  const costPeakKib = peakKib();
  return {
    agentVersion: input.agentVersion,
    pid: process.pid,
    startedAtMs: input.startedAtMs,
    updatedAtMs: input.updatedAtMs,
    collectorUrl: input.collectorUrl,
    addresses: input.addresses,
    addressSwitches: input.addressSwitches,
    proxy: input.proxy,
    move: input.move,
    reportIntervalSeconds: settings.reportIntervalSeconds,
    sampleIntervalSeconds: settings.sampleIntervalSeconds,
    settings: settings.status(),
    roots: finding.roots,
    finding,
    filesHashedSinceStart,
    filesHashedEver: input.filesHashedBefore + filesHashedSinceStart,
    skipped,
    usage: {
      run: meter.run,
      running: sampler.running,
      samples: sampler.samples,
      missedSamples: sampler.missed,
      unreadableProcesses: sampler.unreadable,
      waitingForIdentification: names.waiting,
      unidentifiablePrograms: names.unidentifiable,
      droppedValues: meter.dropped + meter.clamped,
    },
    foreground: input.foreground,
    state: input.state,
    reporting: { ...courier.counts },
    evidence: { sent: evidence.sent, missing: evidence.missing, waiting: evidence.size },
    cost,
    disclosure: input.disclosure,
    costPeakKib,
    costBudget: input.costBudget,
    problems: problemsOf({
      sendFailures: courier.counts.failures,
      lastFailure: courier.counts.lastFailure,
      notAdmitted: courier.counts.notAdmitted,
      refusedReports: courier.counts.refused,
      quarantined: courier.counts.quarantined,
      noticesIgnored: input.move.ignored,
      missedSamples: sampler.missed,
      unreadableProcesses: sampler.unreadable,
      privileged: process.getuid?.() === 0,
      droppedValues: meter.dropped + meter.clamped,
      clockAheadSeconds: cost.clockAheadSeconds,
      storeError: input.storeError,
      storeRebuilt: recently(input.storeRebuilt, input.updatedAtMs),
      settings: settings.status(),
      state: input.state,
      skipped,
      disclosure: input.disclosure,
      overspent: overspent({ ...cost, peakKib: costPeakKib }, input.costBudget),
    }),
  };
}
