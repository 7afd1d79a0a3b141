/**
 * What can be said of an application on a device. "Not used" only where it was looked at: where the device was not observed, or nobody was
 * at it, nothing is known, and a reason says why.
 */
export const USE_STATES = ['not used', 'unknown', 'used'] as const;
export type UseState = (typeof USE_STATES)[number];

/** Why nothing is known; empty in the other two states. */
export const UNKNOWN_REASONS = [
  'not observed',
  'absent',
  'presence not known',
  'start not seen',
  'foreground not known',
  'too new',
  'silent',
  'in quarantine',
  'not installed',
] as const;
export type UnknownReason = (typeof UNKNOWN_REASONS)[number];
