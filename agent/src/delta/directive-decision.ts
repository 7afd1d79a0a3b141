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
  /** Reports from `fromSequence` on were not taken: what they said is said again in the child. */
  | { do: 'open-child-epoch'; fromSequence: number }
  | { do: 'split'; ticket: Uint8Array }
  | { do: 'resend-usage'; usage: UsageSelection }
  | { do: 'send-evidence'; executableIds: ExecutableId[] }
  | { do: 'poll'; afterSeconds: number };

export interface DirectiveContext {
  epoch: Pick<EpochState, 'id' | 'sequence' | 'baselineSequence'> & Partial<Pick<EpochState, 'parent'>>;
  /** Hash of an own report of this epoch, as far back as the agent remembers. */
  hashOf: (sequence: number) => Uint8Array | undefined;
  /** Parts of a baseline have still to be sent. */
  baselineUnderWay?: boolean;
}

const TICKET_BYTES = 32;

const nothing = (why: string): DirectiveDecision => ({ do: 'nothing', why });

export function decideDirective(directive: DirectiveFields, context: DirectiveContext): DirectiveDecision {
  const { resync, openEpoch, split, resendUsage, sendEvidence, pollAgain } = directive;
  // Asking for evidence or patience does not depend on the state the collector had in mind.
  if (sendEvidence) return evidence(sendEvidence.executableIds ?? new Uint8Array());
  if (pollAgain) return { do: 'poll', afterSeconds: pollAgain.afterSeconds ?? 0 };
  // Usage belongs to runs: no baseline and no new epoch has answered this.
  if (resendUsage && isSaidByChild(directive, context))
    return nothing('the epoch that was opened since says it again');
  if (resendUsage) return { do: 'resend-usage', usage: selectionOf(directive, context) };
  if (isOfAnotherEpoch(directive, context)) return nothing('it belongs to another epoch');
  // What was asked of a report still to come was asked before this disk was put back: the last report was not taken either.
  const fromSequence = Math.min(directive.sequence ?? 0, context.epoch.sequence);
  const answered = resync && answeredBy(directive, context);
  if (answered) return nothing(answered);
  if (resync)
    return judge(resync.head, context) === 'foreign'
      ? { do: 'open-child-epoch', fromSequence: Math.min(fromSequence, resync.head?.sequence ?? 0) }
      : { do: 'send-baseline' };
  // A late copy of an old report makes the collector ask too: a head that is ours proves that nobody was put back.
  if (openEpoch)
    return judge(openEpoch.head, context) === 'own'
      ? nothing('the head is our own report')
      : { do: 'open-child-epoch', fromSequence };
  if (split) return ticket(split.ticket ?? new Uint8Array());
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

/** What reports of the parent said after the one that this epoch builds on. */
function isSaidByChild({ epoch, resendUsage }: DirectiveFields, context: DirectiveContext): boolean {
  const { parent } = context.epoch;
  const after = resendUsage?.afterSequence;
  if (!parent || typeof after !== 'number' || (resendUsage?.days ?? []).length > 0) return false;
  return sameBytes(epoch ?? new Uint8Array(), parent.id) && after >= parent.sequence;
}

/** What was asked of an epoch means the sender that is in it. */
function isOfAnotherEpoch(directive: DirectiveFields, { epoch }: DirectiveContext): boolean {
  return !isOfNoReport(directive) && !sameBytes(directive.epoch ?? new Uint8Array(), epoch.id);
}

/** What has answered a resync already. */
function answeredBy(
  directive: DirectiveFields,
  { epoch, baselineUnderWay }: DirectiveContext,
): string | undefined {
  // It comes with every acknowledgement until the inventory is right: obeyed each time, no baseline would ever end.
  const beyond = (directive.sequence ?? 0) > epoch.sequence && !directive.resync?.head;
  if (isOfNoReport(directive) || beyond) return baselineUnderWay ? 'a baseline is on its way' : undefined;
  return (directive.sequence ?? 0) < epoch.baselineSequence ? 'a baseline was sent since' : undefined;
}

function isOfNoReport({ epoch }: DirectiveFields): boolean {
  return (epoch ?? new Uint8Array()).length === 0;
}

function ticket(bytes: Uint8Array): DirectiveDecision {
  return bytes.length === TICKET_BYTES
    ? { do: 'split', ticket: Uint8Array.from(bytes) }
    : nothing('its ticket is malformed');
}

/**
 * Whose report the collector processed last in this epoch. A later one than the agent's last, or another one under the
 * same number, is foreign: the agent's state was put back to an earlier time, or copied. One that is too long ago to
 * be remembered is unknown.
 */
function judge(
  head: ProcessedHeadFields | null | undefined,
  context: DirectiveContext,
): 'own' | 'foreign' | 'unknown' {
  if (!head) return 'unknown';
  const sequence = head.sequence ?? 0;
  if (sequence > context.epoch.sequence) return 'foreign';
  const own = context.hashOf(sequence);
  const theirs = head.reportHash ?? new Uint8Array();
  if (!own || theirs.length === 0) return 'unknown';
  return sameBytes(own, theirs) ? 'own' : 'foreign';
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
