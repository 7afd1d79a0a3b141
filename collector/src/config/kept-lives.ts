/** What the configuration says of how long what is kept. */
import type { Lives } from '../retention/lives.ts';
import type { CollectorConfig } from './schema.ts';

type Kept = Pick<
  CollectorConfig,
  | 'keepSlotsDays'
  | 'keepUserUsageDays'
  | 'keepDeviceUsageMonths'
  | 'keepLastUsedDays'
  | 'keepApplicationUsageMonths'
  | 'keepEvidenceDays'
>;

export const livesOf = (config: Kept): Lives => ({
  slotsDays: config.keepSlotsDays,
  userUsageDays: config.keepUserUsageDays,
  deviceUsageMonths: config.keepDeviceUsageMonths,
  lastUsedDays: config.keepLastUsedDays,
  applicationUsageMonths: config.keepApplicationUsageMonths,
  evidenceDays: config.keepEvidenceDays,
});
