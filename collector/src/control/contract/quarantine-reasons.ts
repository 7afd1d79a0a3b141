/** Two closed lists: why a record is put aside, and of what kind it may be. */

/** docs/refusals.md explains each; a test holds the two together. */
export const QUARANTINE_REASONS = [
  'record-undecodable',
  'record-damaged',
  'evidence-not-canonical',
  'evidence-id-mismatch',
  'evidence-version-unknown',
  'evidence-collision',
  'usage-day-out-of-window',
  'usage-seconds-out-of-range',
  'usage-launches-out-of-range',
  'usage-slots-out-of-range',
  'usage-seconds-exceed-slots',
  'usage-reference-missing',
  'usage-generation-refused',
  'coverage-out-of-range',
  'usage-digest-out-of-range',
  'inventory-list-malformed',
  'inventory-parts-incomplete',
  'inventory-too-large',
  'engine-refused',
  'collector-fault',
] as const;
export type QuarantineReason = (typeof QUARANTINE_REASONS)[number];

/** Of what kind the record is; `report` and `evidence-batch` are whole messages. */
export const QUARANTINE_KINDS = [
  'usage',
  'coverage',
  'usage-digest',
  'evidence',
  'inventory',
  'report',
  'evidence-batch',
] as const;
export type QuarantineKind = (typeof QUARANTINE_KINDS)[number];
