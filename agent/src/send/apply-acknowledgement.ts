/** Makes an acknowledgement true on the device: what was sent is acknowledged, and directives are obeyed. */
import { createHash, randomBytes } from 'node:crypto';
import {
  Acknowledgement,
  type AcknowledgementFields,
  type DirectiveFields,
  type ExecutableId,
} from '@fleetmeter/proto';
import { type DirectiveDecision, decideDirective } from '../delta/directive-decision.ts';
import type { EpochState } from '../delta/epoch-state.ts';
import type { AgentStore } from '../store/agent-store.ts';

export interface AcknowledgementEffect {
  evidenceWanted: ExecutableId[];
  /** A baseline or a new epoch is due: report at once. */
  baselineDue: boolean;
  /** A baseline is on its way in parts: the next one is due. */
  partDue: boolean;
  /** Seconds until the collector wants to hear from the device, when it said so. */
  nextReportInSeconds: number | undefined;
  /** For the log. */
  decisions: DirectiveDecision[];
}

const MOST_DIRECTIVES = 1_000;
const LONGEST_PAUSE_SECONDS = 86_400;

/** `ofReport`: the report in flight leaves the outbox. One transaction: after a crash all of it holds or nothing. */
export function applyAcknowledgement(
  store: AgentStore,
  acknowledgement: AcknowledgementFields,
  ofReport: boolean,
): AcknowledgementEffect {
  return store.transaction(() => {
    if (ofReport) store.outbox.acknowledge();
    const decisions = (acknowledgement.directives ?? [])
      .slice(0, MOST_DIRECTIVES)
      // Of what leads to a child epoch this one knows from which report on.
      .sort((a, b) => Number(Boolean(b.openEpoch)) - Number(Boolean(a.openEpoch)))
      .map((directive) => obey(store, directive));
    const pauses = decisions.flatMap((decision) => (decision.do === 'poll' ? [decision.afterSeconds] : []));
    if (typeof acknowledgement.nextReportInSeconds === 'number')
      pauses.push(acknowledgement.nextReportInSeconds);
    return {
      evidenceWanted: decisions.flatMap((each) => (each.do === 'send-evidence' ? each.executableIds : [])),
      baselineDue: decisions.some(({ do: what }) => what === 'send-baseline' || what === 'open-child-epoch'),
      partDue: store.baseline.underWay(),
      nextReportInSeconds:
        pauses.length === 0 ? undefined : Math.min(Math.max(1, Math.min(...pauses)), LONGEST_PAUSE_SECONDS),
      decisions,
    };
  });
}

/**
 * For a collector that has newer reports of this epoch, composed later by this device's own clock: the state was put
 * back. Drops the report in flight.
 */
export function leaveEpochBehind(store: AgentStore): void {
  store.transaction(() => {
    const epoch = store.outbox.epoch();
    if (!epoch) return;
    // The last report that was acknowledged before the refused one.
    const sequence = epoch.sequence - 1;
    const parent = sequence > 0 ? { id: epoch.id, sequence, digest: epoch.ackedDigest } : undefined;
    store.outbox.openEpoch(randomBytes(16), parent);
  });
}

/** Decides by the state that the directives before it left. */
function obey(store: AgentStore, directive: DirectiveFields): DirectiveDecision {
  const epoch = store.outbox.epoch();
  if (!epoch) return { do: 'nothing', why: 'no epoch is open' };
  const decision = decideDirective(directive, {
    epoch,
    hashOf: (sequence) => store.outbox.hashOf(sequence),
    baselineUnderWay: store.baseline.underWay(),
  });
  if (decision.do === 'send-baseline') store.outbox.wantBaseline();
  if (decision.do === 'open-child-epoch') openChildEpoch(store, epoch, decision.fromSequence);
  if (decision.do === 'resend-usage') return resendUsage(store, directive, decision);
  return decision;
}

/**
 * The child says again what reports of the parent from `fromSequence` on said: the collector took none of them.
 * Usage acknowledged before stays acknowledged.
 */
function openChildEpoch(store: AgentStore, parent: EpochState, fromSequence: number): void {
  store.usage.unacknowledge({ afterSequence: fromSequence - 1 });
  store.outbox.openEpoch(randomBytes(16), {
    id: parent.id,
    sequence: Math.max(1, fromSequence - 1),
    digest: parent.ackedDigest,
  });
}

/** A directive comes with every acknowledgement until the collector sees it obeyed; obeying once is enough. */
function resendUsage(
  store: AgentStore,
  directive: DirectiveFields,
  decision: Extract<DirectiveDecision, { do: 'resend-usage' }>,
): DirectiveDecision {
  const bytes = Acknowledgement.encode({ directives: [directive] }).finish();
  const name = createHash('sha256').update(bytes).digest('hex');
  if (store.facts.read('usageResent') === name) return { do: 'nothing', why: 'usage was marked already' };
  store.facts.write('usageResent', name);
  store.usage.unacknowledge(decision.usage);
  return decision;
}
