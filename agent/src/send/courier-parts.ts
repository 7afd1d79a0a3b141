/** What the courier works with, and what it tells of its work. */
import type { ExecutableId, HostFactsFields, SettingsFields } from '@fleetmeter/proto';
import type { Clock } from '../clock/clock.ts';
import type { Exchange } from './http-exchange.ts';
import type { NextReportParts } from './next-report.ts';

export interface CourierParts extends NextReportParts {
  exchange: Exchange;
  clock: Clock;
  collectorUrl: () => string;
  /** What the join string holds; empty without one. */
  joinSecret: () => string;
  host: () => HostFactsFields;
  reportIntervalSeconds: () => number;
  /**
   * A full scan has ended, in this run of the agent or in one before. Until then the device joins and reports nothing: what is
   * not found yet would count as not there. Absent: it has.
   */
  hasScanned?: () => boolean;
  /** Undefined: what the agent runs by is what the collector wants. */
  onSettings: (settings: SettingsFields | undefined) => void;
  /** What may be told of it; absent: all that is kept. */
  evidenceOf?: (executableId: ExecutableId) => Uint8Array | undefined;
  log: CourierLog;
  /** Before each report; does nothing unless it is due, and never rejects. Absent: keys stay. */
  renewKey?: (signal: AbortSignal) => Promise<void>;
  /** In [0, 1). */
  random: () => number;
}

export interface CourierLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

export interface CourierCounts {
  acknowledged: number;
  refused: number;
  /** Failures in a row. */
  failures: number;
  quarantined: number;
  lastFailure: string | undefined;
  /** What the collector said the last time, when it takes nothing of this device. */
  notAdmitted: { code: string; detail: string } | undefined;
}
