/** What the tables have to say of machines; reads what is true of them and shares no code with the collector. */
import { type LivingAgent, largerUsage, type MachineTruth, type TrueUsage, unionOf } from './living-agent.ts';

const SECONDS_A_DAY = 86_400;

export function installedLine(deviceId: string, { installed }: MachineTruth): string {
  return `${deviceId} ${[...installed.keys()].sort().join(',')}`;
}

export function installedLines(machines: readonly LivingAgent[]): string[] {
  return machines
    .filter(({ truth }) => truth.installed.size > 0)
    .map(({ deviceId, truth }) => installedLine(deviceId, truth))
    .sort();
}

/** Seconds and launches of one device, day and package. */
export interface DayOfPackage {
  /** `device day package`. */
  name: string;
  seconds: number;
  launches: number;
}

/**
 * All the sources say, the larger of each value. Seconds of an application add up over runs and programs, at most 300
 * for each five-minute mark, per user, and at most a day.
 */
export function usageOf(deviceId: string, ...sources: Iterable<[string, TrueUsage]>[]): DayOfPackage[] {
  const merged = new Map<string, TrueUsage>();
  for (const source of sources)
    for (const [key, row] of source) merged.set(key, largerUsage(merged.get(key), row));
  const groups = Map.groupBy(merged.values(), ({ day, packageName }) => `${day} ${packageName}`);
  return [...groups].map(([group, rows]) => {
    let seconds = 0;
    for (const ofUser of Map.groupBy(rows, ({ user }) => user).values()) {
      const marks = ofUser.reduce<Uint8Array>((bits, { slots }) => unionOf(bits, slots), new Uint8Array(36));
      const sum = ofUser.reduce((total, row) => total + row.seconds, 0);
      seconds += Math.min(sum, 300 * countBits(marks), SECONDS_A_DAY);
    }
    const launches = rows.reduce((total, row) => total + row.launches.user, 0);
    return { name: `${deviceId} ${group}`, seconds: Math.min(seconds, SECONDS_A_DAY), launches };
  });
}

/** What is in the tables and lies below the least or above the most that may be there, in words. */
export function outOfBounds(
  got: readonly DayOfPackage[],
  least: readonly DayOfPackage[],
  most: readonly DayOfPackage[],
): string[] {
  const tables = new Map(got.map((each) => [each.name, each]));
  const bound = new Map(most.map((each) => [each.name, each]));
  const nothing = { seconds: 0, launches: 0 };
  const lacking = least.filter(({ name, seconds, launches }) => {
    const found = tables.get(name) ?? nothing;
    return found.seconds < seconds || found.launches < launches;
  });
  const surplus = got.filter(({ name, seconds, launches }) => {
    const allowed = bound.get(name) ?? nothing;
    return seconds > allowed.seconds || launches > allowed.launches;
  });
  return [
    ...lacking.map((each) => `lacks ${JSON.stringify(each)}, has ${JSON.stringify(tables.get(each.name))}`),
    ...surplus.map((each) => `has ${JSON.stringify(each)}, allowed ${JSON.stringify(bound.get(each.name))}`),
  ];
}

function countBits(bits: Uint8Array): number {
  return bits.reduce((sum, byte) => sum + byte.toString(2).replaceAll('0', '').length, 0);
}
