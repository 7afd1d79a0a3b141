/** Two requests of one kind that wait for the same sender become one. */
import type { DirectiveFields } from '@fleetmeter/proto';

/** More days than agents keep: then everything. */
const MOST_DAYS = 60;

/** Both are of one kind of action, of one epoch. */
export function mergeDirectives(earlier: DirectiveFields, later: DirectiveFields): DirectiveFields {
  if (later.openEpoch) return mergeNewEpochs(earlier, later);
  return mergeUsageRequests(earlier, later);
}

/**
 * The head of now, by which a sender tells whether it is meant, and the oldest report that was not taken, since several
 * senders may be meant.
 */
function mergeNewEpochs(earlier: DirectiveFields, later: DirectiveFields): DirectiveFields {
  return { ...later, sequence: Math.min(earlier.sequence ?? 0, later.sequence ?? 0) };
}

/** `later` when the two are no requests for usage. Tagged as the later one, so that agents obey it once more. */
function mergeUsageRequests(earlier: DirectiveFields, later: DirectiveFields): DirectiveFields {
  const [before, after] = [earlier.resendUsage, later.resendUsage];
  if (!before || !after) return later;
  const days = [...new Set([...(before.days ?? []), ...(after.days ?? [])])].sort((a, b) => a - b);
  const sequences = [before.afterSequence, after.afterSequence].filter((each) => typeof each === 'number');
  const sinceDays = [before.sinceDay, after.sinceDay].filter((each) => (each ?? 0) > 0) as number[];
  const sameEpoch = Buffer.compare(earlier.epoch ?? new Uint8Array(), later.epoch ?? new Uint8Array()) === 0;
  const everything =
    asksForAll(earlier) ||
    asksForAll(later) ||
    days.length > MOST_DAYS ||
    (sequences.length > 0 && !sameEpoch);
  if (everything) return { ...later, resendUsage: {} };
  return {
    ...later,
    resendUsage: {
      ...(sinceDays.length > 0 && { sinceDay: Math.min(...sinceDays) }),
      ...(sequences.length > 0 && { afterSequence: Math.min(...sequences) }),
      days,
    },
  };
}

function asksForAll({ resendUsage }: DirectiveFields): boolean {
  const { sinceDay, afterSequence, days } = resendUsage ?? {};
  return !sinceDay && typeof afterSequence !== 'number' && !days?.length;
}
