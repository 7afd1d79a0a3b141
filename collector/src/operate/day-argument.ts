/** UTC days as people write them. */
import { EnrolCommandError } from '../enrol/command-line.ts';

const MILLISECONDS_A_DAY = 86_400_000;
/** Totals by application are kept for 37 months; more than this is a slip of the keyboard. */
const MOST_DAYS = 1_500;

/** Days since 1970 of `2026-11-24`. Throws EnrolCommandError. */
export function dayArgument(flag: string, text: string): number {
  const at = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  // 30 February is taken for a day in March.
  if (Number.isNaN(at) || dayText(at / MILLISECONDS_A_DAY) !== text)
    throw new EnrolCommandError(
      `${flag} takes a UTC day like 2026-11-24, not ${JSON.stringify(text.slice(0, 40))}`,
    );
  return at / MILLISECONDS_A_DAY;
}

/** `2026-11-01..2026-11-24`, or one day. Throws EnrolCommandError. */
export function daysArgument(flag: string, text: string): { first: number; last: number } {
  const [from = '', to = from, ...more] = text.split('..');
  if (more.length > 0) throw new EnrolCommandError(`${flag} takes one day, or two with .. between them`);
  const [first, last] = [dayArgument(flag, from), dayArgument(flag, to)];
  if (first > last) throw new EnrolCommandError(`${flag}: ${from} is after ${to}`);
  if (last - first >= MOST_DAYS) throw new EnrolCommandError(`${flag} takes at most ${MOST_DAYS} days`);
  return { first, last };
}

/** `2026-11-24` of days since 1970. */
export function dayText(day: number): string {
  return new Date(day * MILLISECONDS_A_DAY).toISOString().slice(0, 10);
}
