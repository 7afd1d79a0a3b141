/** Which records are meant, as options of a command. */
import type { Command } from 'commander';
import { QUARANTINE_KINDS, QUARANTINE_REASONS } from '../control/contract/quarantine-reasons.ts';
import type { QuarantineFilter } from '../control/quarantine-filter.ts';
import { EnrolCommandError } from '../enrol/command-line.ts';
import { nearestName } from '../settings/nearest-name.ts';

const MOST_NUMBERS = 10_000;
const DEVICE_ID = /^[0-9a-f]{16}$/;
const AGE_UNITS: Record<string, number> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Throws EnrolCommandError for a name that means nothing. */
function oneOf<Name extends string>(
  flag: string,
  names: readonly Name[],
  given: string | undefined,
): Name | undefined {
  if (given === undefined) return undefined;
  const known = names.find((name) => name === given);
  if (known !== undefined) return known;
  const near = nearestName(given, names);
  throw new EnrolCommandError(
    `${flag} ${JSON.stringify(given.slice(0, 40))} means nothing; ${near ? `is it ${near}?` : `there are ${names.join(', ')}`}`,
  );
}

export function withFilter(command: Command): Command {
  return command
    .option('--record <numbers>', 'these, separated by commas')
    .option('--reason <code>', 'of this reason, see docs/refusals.md')
    .option('--kind <kind>', QUARANTINE_KINDS.join(', '))
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
    reason: oneOf('--reason', QUARANTINE_REASONS, reason),
    kind: oneOf('--kind', QUARANTINE_KINDS, kind),
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
