/** Where programs and people are on Linux: lists and rules only. */
import { kindOf } from './mounts.linux.ts';
import type { PlatformRoots } from './platform-roots.ts';

/** A service account may live here; its folder is then no person's home. Below /opt and /srv people may live too. */
const NO_HOMES =
  /^\/(?:$|opt$|srv$|home$|(?:bin|sbin|usr|lib\w*|etc|var(?!\/home\/)|proc|sys|dev|run|boot|tmp|nonexistent)(?:\/|$))/;
const FIRST_PERSON_UID = 1000;
const NOBODY_UID = 65534;

export const LINUX_ROOTS: PlatformRoots = {
  systemRoots: ['/bin', '/sbin', '/usr'],
  addedRoots: [
    ...['/opt', '/srv'],
    // Mounted snaps, and what flatpak has laid out; its store beside that holds the same files under their hashes.
    ...['/snap', '/var/lib/snapd/snap', '/var/lib/flatpak/app', '/var/lib/flatpak/runtime'],
  ],
  // Links and bind mounts are told by their inodes.
  secondNames: [],
  homeFolder: '/home',
  usualHomes: (names, folder) => names.map((name) => `${folder}/${name}`),
  accounts: {
    file: '/etc/passwd',
    homesIn: (passwd) => passwdHomes(passwd).filter((home) => !NO_HOMES.test(home)),
  },
  kindOf,
};

/** Homes of root and of people, as /etc/passwd writes them. */
export function passwdHomes(passwd: string): string[] {
  return passwd.split('\n').flatMap((line) => {
    const [, , uid, , , home] = line.split(':');
    const number = Number(uid || Number.NaN);
    const isPerson = number === 0 || (number >= FIRST_PERSON_UID && number !== NOBODY_UID);
    return isPerson && home?.startsWith('/') ? [home.replace(/\/+$/, '') || '/'] : [];
  });
}
