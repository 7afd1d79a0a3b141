/** What the agent does about a directive. Pure: see design, "Digest and resync" and "Rewound or cloned". */
import {
  type DirectiveFields,
  decodeIdList,
  type ExecutableId,
  idListFault,
  type ProcessedHeadFields,
} from '@fleetmeter/proto';
import type { EpochState } from './epoch-state.ts';

/** Acknowledged usage that becomes due again: the union of what is named. */
export interface UsageSelection {
  /** Everything of this day and later ones; days since 1970 UTC. */
  sinceDay?: number;
  /** What reports of the present epoch after this sequence said. */
  afterSequence?: number;
  days?: readonly number[];
}

export type DirectiveDecision =
  | { do: 'nothing'; why: string }
  | { do: 'send-baseline' }
  | { do: 'open-child-epoch' }
  | { do: 'resend-usage'; usage: UsageSelection }
  | { do: 'send-evidence'; executableIds: ExecutableId[] }
  | { do: 'poll'; afterSeconds: number };

export interface DirectiveContext {
  epoch: Pick<EpochState, 'id' | 'sequence' | 'baselineSequence'>;
  /** Hash of an own report of this epoch, as far back as the agent remembers. */
  hashOf: (sequence: number) => Uint8Array | undefined;
  /** Parts of a baseline have still to be sent. */
  baselineUnderWay?: boolean;
}

const nothing = (why: string): DirectiveDecision => ({ do: 'nothing', why });

export function decideDirective(directive: DirectiveFields, context: DirectiveContext): DirectiveDecision {
  const { resync, openEpoch, resendUsage, sendEvidence, pollAgain } = directive;
  // Asking for evidence or patience does not depend on the state the collector had in mind.
  if (sendEvidence) return evidence(sendEvidence.executableIds ?? new Uint8Array());
  if (pollAgain) return { do: 'poll', afterSeconds: pollAgain.afterSeconds ?? 0 };
  // Usage belongs to runs: no baseline and no new epoch has answered this.
  if (resendUsage) return { do: 'resend-usage', usage: selectionOf(directive, context) };
  const stale = staleness(directive, context);
  if (stale) return nothing(stale);
  if (resync) return wasRewound(resync.head, context) ? { do: 'open-child-epoch' } : { do: 'send-baseline' };
  // A late copy of an old report makes the collector ask too: a head that is ours proves that nobody rewound.
  if (openEpoch)
    return openEpoch.head && !wasRewound(openEpoch.head, context)
      ? nothing('the head is our own report')
      : { do: 'open-child-epoch' };
  return nothing('its action is of a newer version');
}

/** Sequences of another epoch mean nothing here, so everything kept may be what is missing. */
function selectionOf({ epoch, resendUsage }: DirectiveFields, context: DirectiveContext): UsageSelection {
  const { sinceDay, afterSequence } = resendUsage ?? {};
  const days = resendUsage?.days ?? [];
  const named = typeof afterSequence === 'number';
  if (named && !sameBytes(epoch ?? new Uint8Array(), context.epoch.id)) return { sinceDay: 0 };
  const since = sinceDay || (named || days.length > 0 ? undefined : 0);
  return {
    ...(since !== undefined && { sinceDay: since }),
    ...(named && { afterSequence }),
    ...(days.length > 0 && { days }),
  };
}

function evidence(ids: Uint8Array): DirectiveDecision {
  const fault = idListFault(ids);
  if (fault) return nothing(`its list of ids is malformed (${fault})`);
  return { do: 'send-evidence', executableIds: decodeIdList(ids) };
}

/** A directive of another epoch, or from before the last baseline, was answered by that epoch or baseline. */
function staleness(
  directive: DirectiveFields,
  { epoch, baselineUnderWay }: DirectiveContext,
): string | undefined {
  const of = directive.epoch ?? new Uint8Array();
  // It comes with every acknowledgement until the inventory is right: obeyed each time, no baseline would ever end.
  if (of.length === 0) return baselineUnderWay ? 'a baseline is on its way' : undefined;
  if (!sameBytes(of, epoch.id)) return 'it belongs to another epoch';
  if ((directive.sequence ?? 0) < epoch.baselineSequence) return 'a baseline was sent since';
  return undefined;
}

/**
 * The collector processed a report of this epoch that the agent does not know: a later one than its last, or
 * another one under the same number. Then the agent's state was put back to an earlier time.
 */
function wasRewound(head: ProcessedHeadFields | null | undefined, context: DirectiveContext): boolean {
  if (!head) return false;
  const sequence = head.sequence ?? 0;
  if (sequence > context.epoch.sequence) return true;
  const own = context.hashOf(sequence);
  const theirs = head.reportHash ?? new Uint8Array();
  return own !== undefined && theirs.length > 0 && !sameBytes(own, theirs);
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
