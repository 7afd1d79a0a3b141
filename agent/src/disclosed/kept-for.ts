/**
 * How long a collector keeps what it gets, in plain words. An agent cannot know what its collector is set to: these are
 * the defaults of the program, as docs/retention.md of the collector has them, and the text says so wherever it is shown.
 */

/** By setting of the collector: its default. A test compares them with the collector's documentation. */
export const COLLECTOR_DEFAULTS = {
  keepSlotsDays: '14 days',
  keepUserUsageDays: '100 days',
  keepDeviceUsageMonths: '13 months',
  keepLastUsedDays: '400 days',
  keepApplicationUsageMonths: '37 months',
  keepEvidenceDays: '30 days',
  streamMaxAgeDays: '14 days',
  quarantineDays: '30 days',
} as const;

const WHILE_KNOWN = 'until an administrator has the device erased';
const OF_USE = `by user and program ${COLLECTOR_DEFAULTS.keepUserUsageDays}; by device and application ${COLLECTOR_DEFAULTS.keepDeviceUsageMonths}; sums over all devices ${COLLECTOR_DEFAULTS.keepApplicationUsageMonths}`;
const BY_MESSAGE: Readonly<Record<string, string>> = {
  Envelope: `only until it is processed, at most ${COLLECTOR_DEFAULTS.streamMaxAgeDays}`,
  Signature: `only until it is processed, at most ${COLLECTOR_DEFAULTS.streamMaxAgeDays}`,
  Usage: OF_USE,
  UsageRecord: OF_USE,
  Launches: OF_USE,
  UsageDigest: COLLECTOR_DEFAULTS.keepUserUsageDays,
  Coverage: COLLECTOR_DEFAULTS.keepDeviceUsageMonths,
  EvidenceBatch: `only until it is processed, at most ${COLLECTOR_DEFAULTS.streamMaxAgeDays}`,
  EvidenceRecord: `${COLLECTOR_DEFAULTS.keepEvidenceDays} after no device has the program any more`,
  Evidence: `${COLLECTOR_DEFAULTS.keepEvidenceDays} after no device has the program any more`,
};
const BY_FIELD: Readonly<Record<string, string>> = {
  'UsageRecord.slots': `${COLLECTOR_DEFAULTS.keepSlotsDays}, then only how many`,
  'EnrolRequest.secret': 'not kept: it is compared with a checksum',
};

/** For a field as "Message.field". */
export function keptFor(field: string): string {
  return BY_FIELD[field] ?? BY_MESSAGE[field.split('.')[0] as string] ?? WHILE_KNOWN;
}

export const WHERE_THESE_COME_FROM =
  'These are the defaults of the collector (its docs/retention.md). Its administrator may have set other times; the agent is not told.';
