/** How long what is kept, and which days that is. Pure: days count from 1970, UTC. */
export interface Lives {
  /** Full days after a day for which its five-minute marks are kept. */
  slotsDays: number;
  /** The same for use by user and executable. */
  userUsageDays: number;
  /** Calendar months for use by device and application. */
  deviceUsageMonths: number;
  /** Days for which "last used" is remembered. */
  lastUsedDays: number;
  /** Calendar months for the totals of applications. */
  applicationUsageMonths: number;
  /** Days for evidence that no device has any more. */
  evidenceDays: number;
}

/** The oldest day that is kept of each; what is older goes. */
export interface OldestKept {
  slots: number;
  userUsage: number;
  deviceUsage: number;
  lastUsed: number;
  applicationUsage: number;
}

const MILLISECONDS_A_DAY = 86_400_000;

/** `now` is in milliseconds since 1970. */
export function oldestKept(lives: Lives, now: number): OldestKept {
  const today = Math.floor(now / MILLISECONDS_A_DAY);
  return {
    slots: today - lives.slotsDays,
    userUsage: today - lives.userUsageDays,
    deviceUsage: monthsBefore(today, lives.deviceUsageMonths),
    lastUsed: today - lives.lastUsedDays,
    applicationUsage: monthsBefore(today, lives.applicationUsageMonths),
  };
}

/** What makes no sense together, as a line for people; undefined when all is well. */
export function livesFault(lives: Lives): string | undefined {
  const { slotsDays, userUsageDays, deviceUsageMonths, applicationUsageMonths } = lives;
  if (userUsageDays < slotsDays)
    return 'keepUserUsageDays must be at least keepSlotsDays: marks are part of that use';
  // The shortest months in a row.
  if (deviceUsageMonths * 30 < userUsageDays)
    return 'keepDeviceUsageMonths must be at least as long as keepUserUsageDays: totals outlive what they are made of';
  if (applicationUsageMonths < deviceUsageMonths)
    return 'keepApplicationUsageMonths must be at least keepDeviceUsageMonths: totals outlive what they are made of';
  return undefined;
}

/** The same day of an earlier month, or the last of that month when it is shorter. */
function monthsBefore(day: number, months: number): number {
  const date = new Date(day * MILLISECONDS_A_DAY);
  const month = Date.UTC(date.getUTCFullYear(), date.getUTCMonth() - months + 1, 0);
  const lastOfMonth = new Date(month).getUTCDate();
  const wanted = Math.min(date.getUTCDate(), lastOfMonth);
  return Math.floor(
    Date.UTC(date.getUTCFullYear(), date.getUTCMonth() - months, wanted) / MILLISECONDS_A_DAY,
  );
}
