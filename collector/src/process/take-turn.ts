/** What it means for the senders of one identity that a report made its epoch go on. */
import type { ControlStore } from '../control/control-store.ts';
import { livingBeside } from '../reconcile/live-senders.ts';
import type { RangeEffects } from './range-effects.ts';
import { type EpochState, epochIdOf, type ReportToProcess } from './report-to-process.ts';

/** Reports of an epoch after which nobody is waited for who should open a child of it. */
const WITHDRAWN_AFTER_REPORTS = 32;

/** Notes what tells one living sender from two. The head is still the one before the report. */
export function takeTurn(
  { report, source }: ReportToProcess,
  { epochNo, deviceId, head }: EpochState,
  control: ControlStore,
  effects: RangeEffects,
): void {
  const { sequence } = report;
  const beside = livingBeside({ epochNo, sequence, previousAt: head.receivedAt }, [
    ...control.supersededSpeech(deviceId),
    ...effects.supersededSpeech(deviceId),
  ]);
  if (beside) effects.copies.set(epochNo, { senderDeviceId: source.deviceId, sequence, beside });
  if (control.newestEpoch(deviceId) > epochNo)
    effects.spokeSuperseded(deviceId, { epochNo, sequence, at: source.receivedAt });
}

/**
 * The sender went on for long after it was told to compare heads, so it was not the one that is meant, and the one that
 * is will diverge again. An agent remembers 64 of its reports, and has to see its own among them until then.
 */
export function withdrawNewEpoch(
  { report, source: { deviceId } }: ReportToProcess,
  control: ControlStore,
  effects: RangeEffects,
): void {
  const epochId = epochIdOf(report);
  for (const { openEpoch } of control.directivesFor(deviceId, epochId))
    if (openEpoch && report.sequence >= (openEpoch.head?.sequence ?? 0) + WITHDRAWN_AFTER_REPORTS)
      effects.resolve({ deviceId, epochId, action: 'openEpoch' });
}
