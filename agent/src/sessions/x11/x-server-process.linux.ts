/**
 * Which process an X server is: the one that holds the socket at which it listens. The kernel lists sockets by path, and shows what
 * each process holds. Anybody may have very many of both, so others on the event loop get turns, and the search has limits.
 */
import { type Dir, type Dirent, opendirSync, readdirSync, statSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { readPrefix } from '../../host/read-prefix.ts';
import { textOfLink } from '../../watch/real-path.ts';
import { NotX11 } from './not-x11.ts';

/** Processes and descriptors looked at in one turn: about a millisecond. */
const SLICE = 250;
/** Of one process. A server has listened before it lets anybody in, so that socket is among its first. */
const MOST_DESCRIPTORS = 4096;
const MOST_SOCKET_LIST_BYTES = 8 * 1024 * 1024;
const ADMINISTRATOR = 0;

/**
 * Its folder below `proc`. `uid`: whose socket that is. Rejects with NotX11 when nobody is seen to listen there, and with the
 * reason of the signal when that is aborted.
 */
export async function serverProcess(
  socket: string,
  uid: number,
  proc: string,
  signal: AbortSignal,
): Promise<string> {
  const inode = listeningInode(readSocketList(proc), socket);
  if (inode === undefined) throw new NotX11('a display at which nobody listens');
  let looked = 0;
  const turn = async (): Promise<void> => {
    if (++looked % SLICE !== 0) return;
    await nextTurn();
    signal.throwIfAborted();
  };
  for (const name of readdirSync(proc)) {
    if (!/^[1-9]\d*$/.test(name)) continue;
    await turn();
    const folder = `${proc}/${name}`;
    if (mayServe(folder, uid) && (await holds(folder, `socket:[${inode}]`, turn))) return folder;
  }
  throw new NotX11('a display whose server is not seen');
}

/** '' when it is too long, or cannot be read. */
export function readSocketList(proc: string): string {
  const list = readPrefix(`${proc}/net/unix`, MOST_SOCKET_LIST_BYTES + 1) ?? '';
  return list.length > MOST_SOCKET_LIST_BYTES ? '' : list;
}

/** Number of the socket that listens at this path; undefined: none does. */
export function listeningInode(list: string, path: string): string | undefined {
  for (const line of list.split('\n')) {
    if (!line.endsWith(` ${path}`)) continue;
    const [, , , flags, , , inode] = line.trim().split(/\s+/);
    // The flag of one that takes connections.
    if (flags === '00010000') return inode;
  }
  return undefined;
}

/** What was started with others' rights shows as the administrator's. */
function mayServe(folder: string, uid: number): boolean {
  const owner = statSync(folder, { throwIfNoEntry: false })?.uid;
  return owner === uid || owner === ADMINISTRATOR;
}

/** False also when it has ended meanwhile. */
async function holds(folder: string, what: string, turn: () => Promise<void>): Promise<boolean> {
  let list: Dir;
  try {
    list = opendirSync(`${folder}/fd`);
  } catch {
    return false;
  }
  try {
    for (let seen = 0; seen < MOST_DESCRIPTORS; seen++) {
      await turn();
      const entry = nextIn(list);
      if (!entry) return false;
      if (textOfLink(`${folder}/fd/${entry.name}`) === what) return true;
    }
    return false;
  } finally {
    list.closeSync();
  }
}

/** Null: there is none, or the process has ended. */
function nextIn(list: Dir): Dirent | null {
  try {
    return list.readSync();
  } catch {
    return null;
  }
}
