/**
 * The X server of a display: where it listens, and what it asks of whoever comes.
 *
 * Its socket's file says whose it is; the process that listens there says in its command line where the file with the cookie lies. The
 * number of the display is no help: many servers choose it themselves.
 *
 * The agent may read everybody's files, and a socket may be anybody's. So that nobody gets the cookie of somebody else's
 * screen by naming its file: a server that is not the administrator's is only told what is in a file of the same user.
 */
import { openRegularFileAside } from '../../hash/regular-file.ts';
import { readPrefix } from '../../host/read-prefix.ts';
import type { Display } from './focus.ts';
import { NotX11 } from './not-x11.ts';
import { PinnedSocket } from './pinned-socket.linux.ts';
import { cookieIn, MOST_AUTHORITY_BYTES } from './x-authority.ts';
import { serverProcess } from './x-server-process.linux.ts';

export interface XServerPlaces {
  /** Where servers listen. */
  socketsFolder: string;
  proc: string;
}

export interface XServer {
  /** Whoever asked for it lets go of it. */
  socket: PinnedSocket;
  /** Undefined: it asks for none. */
  cookie: Uint8Array | undefined;
}

/** Of a command line: options stand at its beginning. */
const MOST_COMMAND_BYTES = 64 * 1024;
const ADMINISTRATOR = 0;

/**
 * Names of displays are as ":0", or ":0.1" for one of their screens. Only who owns the session, and the administrator, is believed about it.
 * Rejects with NotX11 when there is no server that can be asked, and with the reason of the signal when that is aborted.
 */
export async function findXServer(
  { name, uid }: Display,
  { socketsFolder, proc }: XServerPlaces,
  signal: AbortSignal,
): Promise<XServer> {
  const number = displayNumber(name);
  if (number === undefined) throw new NotX11('a display that is not of this computer');
  const path = `${socketsFolder}/X${number}`;
  const socket = PinnedSocket.at(path);
  if (!socket) throw new NotX11('a display without a socket');
  try {
    if (socket.uid !== uid && socket.uid !== ADMINISTRATOR) throw new NotX11('a display of another user');
    const folder = await serverProcess(path, socket.uid, proc, signal);
    return { socket, cookie: await cookieOf(folder, socket.uid, number) };
  } catch (error) {
    socket[Symbol.dispose]();
    throw error;
  }
}

/** What that process asks of whoever comes to this display; undefined: nothing. */
async function cookieOf(folder: string, uid: number, display: number): Promise<Uint8Array | undefined> {
  const authority = authorityFileIn(readPrefix(`${folder}/cmdline`, MOST_COMMAND_BYTES) ?? '');
  if (authority === undefined) return undefined;
  const bytes = await readAuthority(authority, uid);
  const cookie = bytes && cookieIn(bytes, display);
  if (!cookie) throw new NotX11('a server whose cookie cannot be read');
  return cookie;
}

/** Undefined: not one of this computer. */
export function displayNumber(display: string): number | undefined {
  const number = /^(?:unix)?:(\d{1,5})(?:\.\d{1,3})?$/.exec(display)?.[1];
  return number === undefined ? undefined : Number(number);
}

/** What follows -auth in a command line; undefined: it does not say. */
export function authorityFileIn(commandLine: string): string | undefined {
  const words = commandLine.split('\0');
  const at = words.indexOf('-auth', 1);
  const file = at < 0 ? undefined : words[at + 1];
  return file?.startsWith('/') ? file : undefined;
}

/** Undefined: it is no file of whom it may be of. What cannot be read in time must hold up nobody, so all of it waits elsewhere. */
async function readAuthority(path: string, serverUid: number): Promise<Uint8Array | undefined> {
  const file = await openRegularFileAside(path, {
    followLink: true,
    isWanted: ({ uid, size }) =>
      (serverUid === ADMINISTRATOR || Number(uid) === serverUid) && size > 0 && size <= MOST_AUTHORITY_BYTES,
  }).catch(() => undefined);
  if (file === undefined || typeof file === 'string') return undefined;
  try {
    const { buffer, bytesRead } = await file.read({
      buffer: Buffer.alloc(MOST_AUTHORITY_BYTES),
      position: 0,
    });
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
