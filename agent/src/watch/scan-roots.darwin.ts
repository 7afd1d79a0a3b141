/**
 * Where programs are on macOS: lists and rules only. They were written from Apple's documents (File System Programming
 * Guide; hier(7)) and are tested as values; no agent has run on macOS with them yet.
 */
import { kindOf } from './mounts.darwin.ts';
import type { PlatformRoots } from './platform-roots.ts';

const NO_PERSONS = new Set(['Shared', 'Guest', 'Deleted Users', '.localized']);

export const DARWIN_ROOTS: PlatformRoots = {
  systemRoots: ['/System/Applications', '/System/Library', '/Library', '/usr', '/bin', '/sbin'],
  addedRoots: ['/Applications', '/opt'],
  secondNames: [
    // The data volume shows once more what firmlinks put into the root.
    '/System/Volumes',
    // Disk images of the system for other processors and of simulators.
    '/Library/Developer/CoreSimulator',
    '/Library/Caches',
  ],
  homeFolder: '/Users',
  usualHomes: (names, folder) => [
    '/var/root',
    ...names.filter((name) => !NO_PERSONS.has(name)).map((name) => `${folder}/${name}`),
  ],
  kindOf,
};
