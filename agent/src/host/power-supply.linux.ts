/**
 * Whether the computer runs on battery, from the kernel's list of power supplies. Metered links are not told: the
 * network manager says so on the message bus only, for which the agent carries no library.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const POWER_SUPPLIES = '/sys/class/power_supply';

/** False when nothing says that it does: a computer without batteries, or one that does not show them. */
export function runsOnBattery(folder = POWER_SUPPLIES): boolean {
  const supplies = names(folder).map((name) => ({
    type: value(folder, name, 'type'),
    // A mouse has a battery too; the computer does not run on it.
    isOfDevice: value(folder, name, 'scope') === 'Device',
    status: value(folder, name, 'status'),
    online: value(folder, name, 'online'),
  }));
  const own = supplies.filter(({ isOfDevice }) => !isOfDevice);
  if (own.some(({ type, online }) => type !== 'Battery' && type !== 'UPS' && online !== '' && online !== '0'))
    return false;
  return own.some(({ type, status }) => (type === 'Battery' || type === 'UPS') && status === 'Discharging');
}

function names(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function value(folder: string, supply: string, file: string): string {
  try {
    return readFileSync(join(folder, supply, file), 'latin1').trim();
  } catch {
    return '';
  }
}
