/** Which records are meant, as options of a command. */
import type { Command } from 'commander';
import type { QuarantineKind, QuarantineReason } from '../control/control-store.ts';
import type { QuarantineFilter } from '../control/quarantine-filter.ts';
import { EnrolCommandError } from '../enrol/command-line.ts';
import { nearestName } from '../settings/nearest-name.ts';

const MOST_NUMBERS = 10_000;
const DEVICE_ID = /^[0-9a-f]{16}$/;
const AGE_UNITS: Record<string, number> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Objects, so that the compiler sees when one is missing. */
const REASONS: Record<QuarantineReason, true> = {
  'record-undecodable': true,
  'record-damaged': true,
  'evidence-not-canonical': true,
  'evidence-id-mismatch': true,
  'evidence-version-unknown': true,
  'evidence-collision': true,
  'usage-day-out-of-window': true,
  'usage-seconds-out-of-range': true,
  'usage-launches-out-of-range': true,
  'usage-slots-out-of-range': true,
  'usage-seconds-exceed-slots': true,
  'usage-reference-missing': true,
  'usage-generation-refused': true,
  'coverage-out-of-range': true,
  'usage-digest-out-of-range': true,
  'inventory-list-malformed': true,
  'inventory-parts-incomplete': true,
  'inventory-too-large': true,
  'engine-refused': true,
  'collector-fault': true,
};
const KINDS: Record<QuarantineKind, true> = {
  usage: true,
  coverage: true,
  'usage-digest': true,
  evidence: true,
  inventory: true,
  report: true,
  'evidence-batch': true,
};

/** Throws EnrolCommandError for a name that means nothing. */
function oneOf<Name extends string>(
  flag: string,
  names: Record<Name, true>,
  given: string | undefined,
): Name | undefined {
  if (given === undefined || Object.hasOwn(names, given)) return given as Name | undefined;
  const known = Object.keys(names);
  const near = nearestName(given, known);
  throw new EnrolCommandError(
    `${flag} ${JSON.stringify(given.slice(0, 40))} means nothing; ${near ? `is it ${near}?` : `there are ${known.join(', ')}`}`,
  );
}

export function withFilter(command: Command): Command {
  return command
    .option('--record <numbers>', 'these, separated by commas')
    .option('--reason <code>', 'of this reason, see docs/refusals.md')
    .option('--kind <kind>', Object.keys(KINDS).join(', '))
    .option('--agent-version <version>', 'made by this agent version; "unknown" where none is known')
    .option('--device <device>', 'of this device, its 16 digits')
    .option('--older-than <age>', 'received longer ago than this: 30m, 12h, 3d')
    .option('--newer-than <age>', 'received since then');
}

/** Throws EnrolCommandError. `now` in milliseconds since 1970. */
export function filterOf(flags: Record<string, unknown>, now: number): QuarantineFilter {
  const { record, reason, kind, agentVersion, device, olderThan, newerThan } = flags as Record<
    string,
    string | undefined
  >;
  if (device !== undefined && !DEVICE_ID.test(device))
    throw new EnrolCommandError(`--device takes 16 hex digits, not ${JSON.stringify(device.slice(0, 40))}`);
  return {
    numbers: record === undefined ? undefined : numbers(record),
    reason: oneOf('--reason', REASONS, reason),
    kind: oneOf('--kind', KINDS, kind),
    agentVersion: agentVersion === 'unknown' ? '' : agentVersion,
    deviceId: device,
    before: olderThan === undefined ? undefined : now - age('--older-than', olderThan),
    since: newerThan === undefined ? undefined : now - age('--newer-than', newerThan),
  };
}

export function recordNumber(flag: string, text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new EnrolCommandError(
    `${flag} takes the number of a record, not ${JSON.stringify(text.slice(0, 40))}`,
  );
}

function numbers(text: string): number[] {
  const given = text.split(',').map((each) => recordNumber('--record', each.trim()));
  if (given.length > MOST_NUMBERS)
    throw new EnrolCommandError(`--record takes at most ${MOST_NUMBERS} numbers, not ${given.length}`);
  return given;
}

function age(flag: string, text: string): number {
  const [, amount, unit] = /^(\d{1,6})([mhd])$/.exec(text) ?? [];
  if (amount === undefined || unit === undefined)
    throw new EnrolCommandError(
      `${flag} takes minutes, hours or days, as in 30m, 12h or 3d, not ${JSON.stringify(text.slice(0, 40))}`,
    );
  return Number(amount) * (AGE_UNITS[unit] as number);
}
