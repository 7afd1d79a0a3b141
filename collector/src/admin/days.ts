/** UTC days, the days that usage is counted in. */
const MILLISECONDS_A_DAY = 86_400_000;

/** The UTC date, YYYY-MM-DD, of a moment in milliseconds since 1970, or of `daysBefore` days earlier. */
export function utcDay(now: number, daysBefore = 0): string {
  return new Date(now - daysBefore * MILLISECONDS_A_DAY).toISOString().slice(0, 10);
}

/** Days that a detail looks back over, today included. */
export const DAYS_SHOWN = 30;
