/** What may be decided about a record that is put aside, and what comes of it. */

/** `retry`: as replay, decided by the collector itself. */
export type QuarantineAction = 'replay' | 'repair' | 'discard' | 'retry';

/** `refused`: it would still break a rule, and stays open. `asked`: its device was asked for what it said. */
export type Outcome = 'replayed' | 'discarded' | 'refused' | 'asked';
