/** What kinds of requests to devices there are, and which are not over once they were delivered. */
import type { DirectiveFields } from '@fleetmeter/proto';

export type DirectiveAction = 'resync' | 'openEpoch' | 'split' | 'resendUsage' | 'sendEvidence' | 'pollAgain';
const ACTIONS: readonly DirectiveAction[] = [
  'resync',
  'openEpoch',
  'split',
  'resendUsage',
  'sendEvidence',
  'pollAgain',
];

/** Which action a directive asks for. Throws when it asks for none: that is a fault of the caller. */
export function directiveAction(directive: DirectiveFields): DirectiveAction {
  const action = ACTIONS.find((name) => directive[name] !== undefined && directive[name] !== null);
  if (!action) throw new Error('a directive must ask for something');
  return action;
}

/**
 * Being delivered is not enough for these, since the sender may not be the one who is meant: a right inventory takes
 * back a resync, enrolling with the ticket a split, and a new epoch is not waited for once the old one went on for
 * many reports, or after WITHDRAWN_AFTER_MS.
 */
export const STAYS_UNTIL_RESOLVED: ReadonlySet<DirectiveAction> = new Set(['resync', 'openEpoch', 'split']);
