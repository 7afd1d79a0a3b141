/**
 * What the device's management (MDM, configuration management) says of it, in a small JSON file:
 * `{ "managementId": "C02ABC123", "groupTag": "finance" }`. Both may be left out. The tag is a proposal: a rule on the
 * collector decides whether it counts.
 */
import { readFileSync, statSync } from 'node:fs';

export interface Management {
  managementId: string;
  groupTag: string;
  /** Why the file that is there was not understood. */
  fault?: string;
}

export const DEFAULT_MANAGEMENT_FILE = '/etc/fleetmeter/management.json';
const MOST_BYTES = 64 * 1024;
const MOST_CHARACTERS = 64;

/** Never throws; without the file both are empty. */
export function readManagement(path: string): Management {
  const nothing = { managementId: '', groupTag: '' };
  try {
    const file = statSync(path, { throwIfNoEntry: false });
    if (!file) return nothing;
    if (file.size > MOST_BYTES) return { ...nothing, fault: `has more than ${MOST_BYTES} bytes` };
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'));
    if (typeof value !== 'object' || value === null) return { ...nothing, fault: 'is no JSON object' };
    const { managementId = '', groupTag = '' } = value as Record<string, unknown>;
    if (!isShortText(managementId) || !isShortText(groupTag))
      return { ...nothing, fault: `needs texts of at most ${MOST_CHARACTERS} characters` };
    return { managementId, groupTag };
  } catch (error) {
    return { ...nothing, fault: (error as Error).message };
  }
}

function isShortText(value: unknown): value is string {
  return typeof value === 'string' && value.length <= MOST_CHARACTERS;
}
