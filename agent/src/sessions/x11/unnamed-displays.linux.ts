/**
 * Desktops that no session speaks of: begun over SSH or by a service of its own (X2Go, NoMachine, VNC), so that all that is known of
 * their user is a terminal. They show in the folder where servers listen, and who is in front there nobody is asked.
 */
import { type Dir, lstatSync, opendirSync } from 'node:fs';
import type { Desktop } from './focus.ts';
import { displayNumber, type XServerPlaces } from './x-server.linux.ts';
import { listeningInode, readSocketList } from './x-server-process.linux.ts';

/** Anybody may put more there. */
const MOST_NAMES = 512;

/**
 * Why it is not known who is in front, for people; undefined: there is no such desktop of a user who has a session that somebody can
 * see. Never throws.
 */
export function whyUnnamed(
  desktops: readonly Desktop[],
  { socketsFolder, proc }: XServerPlaces,
): string | undefined {
  const users = new Set(
    desktops.filter(({ isActive, isLocked }) => isActive && !isLocked).map(({ uid }) => uid),
  );
  if (users.size === 0) return undefined;
  const names = namesIn(socketsFolder);
  if (names.length > MOST_NAMES) return `there are more than ${MOST_NAMES} displays`;
  const named = new Set(desktops.map(({ display }) => displayNumber(display)));
  const unnamed = names.filter((name) => {
    const number = displayNumber(name.replace(/^X/, ':'));
    return number !== undefined && !named.has(number) && isSocketOf(`${socketsFolder}/${name}`, users);
  });
  if (unnamed.length === 0) return undefined;
  // Those of servers that have ended stay behind.
  const list = readSocketList(proc);
  const open = unnamed.find(
    (name) => list === '' || listeningInode(list, `${socketsFolder}/${name}`) !== undefined,
  );
  return open && `display ${open.replace(/^X/, ':')} is one that no session names`;
}

/** At most one more than are looked at. Not behind a link: where the folder is missing anybody may have put one. */
function namesIn(folder: string): string[] {
  const names: string[] = [];
  let list: Dir | undefined;
  try {
    if (!lstatSync(folder).isDirectory()) return [];
    list = opendirSync(folder);
    for (let entry = list.readSync(); entry && names.length <= MOST_NAMES; entry = list.readSync())
      names.push(entry.name);
  } catch {
    // It is not there, or has just gone.
  } finally {
    list?.closeSync();
  }
  return names;
}

function isSocketOf(path: string, users: ReadonlySet<number>): boolean {
  try {
    const file = lstatSync(path);
    return file.isSocket() && users.has(file.uid);
  } catch {
    return false;
  }
}
