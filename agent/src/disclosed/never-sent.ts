/** What never leaves the device, and what the ceiling forbids besides; in words for its users. */
import type { DeviceView } from './shown-views.ts';

export const NEVER_SENT: readonly string[] = [
  'arguments of programs, that is the rest of a command line',
  'environment variables',
  'contents of files, also of programs: only a hash of them',
  'names of documents, and of folders in homes and projects: a path in a home begins with ~ and keeps only what an installer named',
  'names of users, their mail addresses and passwords: users are told apart by keyed hashes, or not at all',
  'titles of windows, what is on the screen, and what is typed',
  'which web sites and network addresses are visited',
  'the time of day at which a program was used: only how long, and in how many spans of five minutes of a day; but for programs that are listed as licensed by how many use them at once, which are named above',
];

const FORBIDDEN: Readonly<Record<string, (value: unknown) => string | undefined>> = {
  meterUsage: (value) => (value === false ? 'to meter which programs are used' : undefined),
  tellUsersApart: (value) => (value === false ? 'to tell users apart, even by keyed hashes' : undefined),
  tellTimesOfDay: (value) =>
    value === false ? 'to tell of any program at which time of day it was used' : undefined,
  homeFolders: (value) => (value === false ? 'to look for programs in the homes of people' : undefined),
  roots: (value) => `to look for programs anywhere but in ${words(value)}`,
  excludedFolders: (value) => `to look for programs in ${words(value)}`,
  sampleIntervalSeconds: (value) => `to look at what runs more often than every ${String(value)} seconds`,
};

/** What the ceiling says, each as "it is forbidden to ...", without these first words. */
export function forbiddenByCeiling({ says }: Pick<DeviceView['ceiling'], 'says'>): string[] {
  return Object.entries(says).flatMap(([name, value]) => {
    const rule = FORBIDDEN[name];
    return rule ? (rule(value) ?? []) : `${name}: ${words(value)}`;
  });
}

function words(value: unknown): string {
  return Array.isArray(value) ? value.join(', ') || 'no folder' : String(value);
}
