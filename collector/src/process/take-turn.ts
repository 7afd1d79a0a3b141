/** What it means for the senders of one identity that a report made its epoch go on. */
import type { AgentOrders } from '../control/contract/agent-orders.ts';
import type { ControlStore } from '../control/control-store.ts';
import { livingBeside } from '../reconcile/live-senders.ts';
import type { RangeEffects } from './range-effects.ts';
import { type EpochState, epochIdOf, type ReportToProcess } from './report-to-process.ts';

/**
 * A device is what its newest epoch says. So a sender that goes on in an older one while the newest is silent - put back
 * to the very last report of its epoch, or the original of a copy that is gone - is asked to open an epoch anew. Not at
 * its first report: copies that speak in turn have to meet in the epochs they are in, to be told apart.
 */
const FOLLOWED_AFTER_REPORTS = 4;
/** Reports of an epoch after which nobody is waited for who should open a child of it. */
const WITHDRAWN_AFTER_REPORTS = 32;

/** Notes what tells one living sender from two. The head is still the one before the report. */
export function takeTurn(
  { report, source }: ReportToProcess,
  { epochNo, deviceId, head }: EpochState,
  control: AgentOrders & Pick<ControlStore, 'epochs'>,
  effects: RangeEffects,
): void {
  const { sequence } = report;
  const spoken = [...control.epochs.superseded(deviceId), ...effects.supersededSpeech(deviceId)];
  const beside = livingBeside({ epochNo, sequence, previousAt: head.receivedAt }, spoken);
  if (beside) effects.copies.set(epochNo, { senderDeviceId: source.deviceId, sequence, beside });
  // It leaves this device, and stands beside nobody here any more.
  if (effects.copies.has(epochNo)) return;
  const newestEpochNo = control.epochs.newest(deviceId);
  if (newestEpochNo <= epochNo) return;
  const before = spoken.findLast((speech) => speech.epochNo === epochNo);
  const firstSequence = before?.newestEpochNo === newestEpochNo ? before.firstSequence : sequence;
  effects.spokeSuperseded(deviceId, {
    epochNo,
    sequence,
    at: source.receivedAt,
    newestEpochNo,
    firstSequence,
  });
  // No head is named: the sender's own would tell it to stay. The report is: one that is put back to before it later
  // has to say again what it said under that number, and saying it twice changes nothing.
  if (sequence >= firstSequence + FOLLOWED_AFTER_REPORTS - 1)
    effects.direct(source.deviceId, { epoch: epochIdOf(report), sequence, openEpoch: {} });
}

/**
 * The sender went on for long after it was told to compare heads, so it was not the one that is meant, and the one that
 * is will diverge again. An agent remembers 64 of its reports, and has to see its own among them until then.
 */
export function withdrawNewEpoch(
  { report, source: { deviceId } }: ReportToProcess,
  control: AgentOrders & Pick<ControlStore, 'epochs'>,
  effects: RangeEffects,
): void {
  const epochId = epochIdOf(report);
  for (const { openEpoch } of control.directivesFor(deviceId, epochId))
    if (openEpoch?.head && report.sequence >= (openEpoch.head.sequence ?? 0) + WITHDRAWN_AFTER_REPORTS)
      effects.resolve({ deviceId, epochId, action: 'openEpoch' });
}
