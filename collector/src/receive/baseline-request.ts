/** Directives that make a device send everything again: which they are, and whether a report answers one. Pure. */
import type { DirectiveFields, Report } from '@fleetmeter/proto';

/** What matters of the report being acknowledged. */
export interface AnsweringReport {
  epochId: Uint8Array;
  /** Sequence with which the baseline began that this report is, or is part of; 0 when it is none. */
  baselineSince: number;
}

export function baselineSince({ sequence, inventory }: Pick<Report, 'sequence' | 'inventory'>): number {
  return inventory?.baseline ? Math.max(1, sequence - (inventory.part ?? 0)) : 0;
}

/** A whole inventory or weeks of usage: much for the collector when many send it at once. */
export function asksForMuch({ resync, openEpoch, resendUsage }: DirectiveFields): boolean {
  return (resync ?? openEpoch ?? resendUsage ?? undefined) !== undefined;
}

const LATER_THAN_ANY = 0xffff_ffff;

/**
 * The device would not heed it any more: the report is the baseline that was asked for and only has to be processed, or
 * is of another epoch. One that no report caused is answered by any baseline.
 */
export function answeredBy(directive: DirectiveFields, report: AnsweringReport): boolean {
  if (directive.resendUsage) return false;
  const epoch = directive.epoch ?? new Uint8Array(0);
  if (epoch.length === 0) return report.baselineSince > 0;
  if (Buffer.compare(epoch, report.epochId) !== 0) return true;
  // Later than any report, so that the device heeds it whatever it has sent.
  if (directive.sequence === LATER_THAN_ANY) return report.baselineSince > 0;
  return report.baselineSince > (directive.sequence ?? 0);
}
