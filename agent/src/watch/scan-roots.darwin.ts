/**
 * Where programs are on macOS: lists and rules only. They were written from Apple's documents (File System Programming
 * Guide; hier(7); mount(8)) and are tested as values; no agent has run on macOS with them yet.
 */
import type { Mount } from './mount-table.linux.ts';
import type { FileSystemKind, PlatformRoots } from './platform-roots.ts';

const PSEUDO = /^(?:devfs|autofs|volfs|fdesc|nullfs|synthfs|mtmfs|lifs)$/;
const NETWORK = /^(?:nfs|smbfs|afpfs|webdav|ftp|cifs|acfs|(?:mac|osx)?fuse(?:fs)?(?:_.*)?)$/;
/** Discs, cards and sticks; APFS and HFS+ may be on them too, but are told apart only by their device. */
const REMOVABLE = /^(?:msdos|exfat|ntfs|ufsd_NTFS|udf|cd9660)$/;
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
  kindOf: (fileSystem): FileSystemKind | undefined => {
    if (PSEUDO.test(fileSystem)) return 'pseudo';
    if (NETWORK.test(fileSystem)) return 'network';
    return REMOVABLE.test(fileSystem) ? 'removable' : undefined;
  },
};

/** Lines of mount(8): `//ada@host/share on /Volumes/share (smbfs, nodev, nosuid, mounted by ada)`. Others are left out. */
export function parseMounts(text: string): Mount[] {
  return text.split('\n').flatMap((line) => {
    // The last parenthesis: a folder may have some in its name.
    const found = /^.*? on (\/.*) \(([a-z0-9_]+)(?:,[^()]*)?\)$/i.exec(line);
    return found ? [{ path: found[1] as string, type: found[2] as string }] : [];
  });
}
