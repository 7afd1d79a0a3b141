/** A decoded report on its way into the tables, and what is known of its epoch meanwhile. */
import {
  digestFromParts,
  type InventoryDigest,
  type InventoryDigestFields,
  type Report,
} from '@fleetmeter/proto';
import type { BaselineParts } from '../reconcile/baseline-parts.ts';
import type { EpochHead } from '../reconcile/reconcile-report.ts';
import type { StreamRecord } from '../stream/stream.ts';
import type { InternedReport } from './interned-report.ts';
import type { LeftOut } from './left-out.ts';

/** What is known of an epoch while a range is processed. `inventory` and `parts` only when a change needs them. */
export interface EpochState {
  epochNo: number;
  /** The device that the epoch belongs to: the sender, unless that was proven to be a copy. */
  deviceId: string;
  head: EpochHead;
  inventory: Uint32Array | undefined;
  parts?: BaselineParts | undefined;
}

export interface ReportToProcess {
  report: Report;
  hash: Uint8Array;
  source: StreamRecord;
  interned: InternedReport;
  /** Its rows are in the tables, from an attempt that did not come to its checkpoint. */
  behindHead?: boolean;
  /** Of its use. */
  leftOut?: LeftOut | undefined;
}

/** 16 bytes; none when the report names no epoch. */
export function epochIdOf(report: Report): Uint8Array {
  return report.epoch?.id ?? new Uint8Array(0);
}

/** Undefined when the report does not say. */
export function digestOf(fields: InventoryDigestFields | null | undefined): InventoryDigest | undefined {
  return fields?.sum?.length === 16 ? digestFromParts(fields.count ?? 0, fields.sum) : undefined;
}
