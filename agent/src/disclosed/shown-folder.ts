/**
 * The folder in which an agent shows people of its device what it sent. The agent often is root and these people are not,
 * so:
 *
 *     disclosed/             0755, the agent's own
 *       device.json          0644, the agent's own: nothing about any person
 *       names/UID            0400, the user's own: the name of the file below; its size never changes
 *       users/NAME.json      0400, the user's own: that user's use; NAME is a keyed hash that nobody can guess
 *
 * Nobody but the agent can make, rename or remove anything in these folders, nor in a folder above them: that is looked
 * at each time, so no symbolic link can lead a write elsewhere. Files are made new, given away while open, and renamed
 * into place. A user may do with his file what he likes, as its owner; the agent never opens it again and never reads it.
 * A file of another user can not even be asked for its size or time, since its name is not known.
 */
import {
  chmodSync,
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

export const DEVICE_FILE = 'device.json';
export const NAMES_FOLDER = 'names';
export const USERS_FOLDER = 'users';

const [GROUP_OR_OTHERS_WRITE, STICKY, OTHERS_ENTER] = [0o022, 0o1000, 0o001];

export function shownFolderOf(dataDir: string): string {
  return join(dataDir, 'disclosed');
}

/** Nothing may be shown there. The message is for people, one line. */
export class ShownFolderError extends Error {
  override name = 'ShownFolderError';
}

export class ShownFolder {
  readonly path: string;
  readonly #uid: number;
  /** A folder that other users may not enter; what is below it is shown to them in vain. */
  closedAt: string | undefined;

  constructor(path: string, uid: number, closedAt: string | undefined) {
    this.path = path;
    this.#uid = uid;
    this.closedAt = closedAt;
  }

  writeForAll(content: string): void {
    this.#write(join(this.path, DEVICE_FILE), content, 0o644, undefined);
  }

  /** False when the file cannot be given to that user: an agent without privileges can give nothing away. */
  writeFor(uid: number, name: string, content: string): boolean {
    try {
      this.#write(join(this.path, USERS_FOLDER, `${name}.json`), content, 0o400, uid);
      this.#write(join(this.path, NAMES_FOLDER, String(uid)), `${name}\n`, 0o400, uid);
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EPERM') return false;
      throw error;
    }
  }

  /** Removes what is there of any other user, and what a crash left half written. */
  keepOnly(users: ReadonlyMap<number, string>): void {
    const names = new Set([...users.keys()].map(String));
    const files = new Set([...users.values()].map((name) => `${name}.json`));
    for (const [folder, kept] of [[NAMES_FOLDER, names] as const, [USERS_FOLDER, files] as const])
      for (const entry of readdirSync(join(this.path, folder)))
        if (!kept.has(entry)) rmSync(join(this.path, folder, entry), { force: true });
  }

  #write(path: string, content: string, mode: number, owner: number | undefined): void {
    const draft = `${path}.new`;
    const file = openDraft(draft);
    try {
      writeSync(file, content);
      if (owner !== undefined && owner !== this.#uid) fchownSync(file, owner, -1);
      fchmodSync(file, mode);
    } catch (error) {
      rmSync(draft, { force: true });
      throw error;
    } finally {
      closeSync(file);
    }
    renameSync(draft, path);
  }
}

/** Makes what is missing. Throws ShownFolderError when somebody else could interfere there. */
export function openShownFolder(dataDir: string, uid = process.geteuid?.()): ShownFolder {
  if (uid === undefined)
    throw new ShownFolderError('this system has no user ids: nothing is shown to users yet');
  // From here on without links, which may lie where others can change them.
  const real = realpathSync(dataDir);
  const closedAt = lookAtWayTo(real, uid);
  const path = shownFolderOf(real);
  for (const [folder, mode] of [
    [path, 0o755],
    [join(path, NAMES_FOLDER), 0o711],
    [join(path, USERS_FOLDER), 0o711],
  ] as const)
    ownFolder(folder, mode, uid);
  return new ShownFolder(path, uid, closedAt);
}

function ownFolder(path: string, mode: number, uid: number): void {
  try {
    mkdirSync(path, { mode });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  const stats = lstatSync(path);
  if (!stats.isDirectory()) throw new ShownFolderError(`${path} is no folder`);
  if (stats.uid !== uid)
    throw new ShownFolderError(`${path} belongs to user ${stats.uid} and not to the agent`);
  if ((stats.mode & 0o7777) !== mode) chmodSync(path, mode);
}

/** Looks at every folder from the root on. Returns the first that other users may not enter. */
function lookAtWayTo(path: string, uid: number): string | undefined {
  const parent = dirname(path);
  const above = parent === path ? undefined : lookAtWayTo(parent, uid);
  const stats = lstatSync(path);
  const why = dangerOf(stats, uid);
  if (why) throw new ShownFolderError(`${path} ${why}: what is shown to users could be led elsewhere`);
  return above ?? ((stats.mode & OTHERS_ENTER) === 0 ? path : undefined);
}

/** Why somebody else than the agent and root could replace what is in a folder. */
function dangerOf({ uid: owner, gid, mode }: Stats, uid: number): string | undefined {
  if (owner !== 0 && owner !== uid) return `belongs to user ${owner}`;
  const others = gid === 0 ? mode & 0o002 : mode & GROUP_OR_OTHERS_WRITE;
  return others !== 0 && (mode & STICKY) === 0 ? 'may be written by others' : undefined;
}

function openDraft(path: string): number {
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | (constants.O_NOFOLLOW ?? 0);
  try {
    return openSync(path, flags, 0o600);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  // A crash left it.
  rmSync(path, { force: true });
  return openSync(path, flags, 0o600);
}
