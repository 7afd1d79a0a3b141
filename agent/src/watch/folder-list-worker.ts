/**
 * A thread that lists folders, synchronously: a folder of 100,000 entries or a slow disk holds up nobody else.
 * It knows nothing of earlier scans; it tells which sub-folders there are and which regular files have an execute bit.
 */
import { type Dirent, lstatSync, readdirSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';
import { identityOf } from './file-identity.ts';
import type { FileIdentity } from './found-file.ts';

export interface ListRequest {
  folders: string[];
}

export interface ListedFile {
  path: string;
  identity: FileIdentity;
}

export interface ListedFolder {
  path: string;
  /** Device and inode: tells a folder that is reached a second time through a bind mount. */
  key: string;
}

/** Part of the answer: what one folder holds, in chunks of at most MOST_ENTRIES. */
export interface ListReply {
  folder: string;
  files: ListedFile[];
  folders: ListedFolder[];
  /** Names that are not Unicode, as far as they can be written, of folders and executable files. */
  notUnicode: string[];
  /** Entries looked at for this reply. */
  entries: number;
  error: 'folder-unreadable' | 'vanished' | undefined;
  /** No more comes for this folder; for the request, when it was its last folder. */
  last: boolean;
  /** CPU time of this thread since it started. */
  cpuMs: number;
}

/** Receiving a chunk must not hold up the event loop. */
const MOST_ENTRIES = 256;
const EXECUTE_BITS = 0o111;
const REPLACEMENT = '\ufffd';

const port = parentPort;
if (!port) throw new Error('folder-list-worker is the body of a worker thread');
port.on('message', ({ folders }: ListRequest) => {
  for (const folder of folders) list(folder);
});

function list(folder: string): void {
  let reply = emptyReply(folder);
  const send = (last: boolean): void => {
    const cpu = process.threadCpuUsage();
    port?.postMessage({ ...reply, last, cpuMs: (cpu.user + cpu.system) / 1000 } satisfies ListReply);
    reply = emptyReply(folder);
  };
  try {
    const entries = readdirSync(folder, { withFileTypes: true });
    // In a fixed order, so that of two ways to a bind-mounted folder each scan takes the same one.
    entries.sort((a, b) => (a.name < b.name ? -1 : 1));
    for (const entry of entries) {
      look(folder, entry, reply);
      reply.entries++;
      if (reply.files.length + reply.folders.length >= MOST_ENTRIES) send(false);
    }
    if (entries.some(({ name }) => name.includes(REPLACEMENT))) lookForNamesThatAreNotUnicode(folder, reply);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    reply.error = code === 'ENOENT' || code === 'ENOTDIR' ? 'vanished' : 'folder-unreadable';
  }
  send(true);
}

function emptyReply(folder: string): ListReply {
  return {
    folder,
    files: [],
    folders: [],
    notUnicode: [],
    entries: 0,
    error: undefined,
    last: false,
    cpuMs: 0,
  };
}

function look(folder: string, entry: Dirent, reply: ListReply): void {
  if (!entry.isFile() && !entry.isDirectory()) return;
  const path = folder === '/' ? `/${entry.name}` : `${folder}/${entry.name}`;
  // Plain numbers first: most files have no execute bit, and big ones cost three times as much.
  const stats = tryLstat(path);
  if (stats?.isDirectory()) reply.folders.push({ path, key: `${stats.dev}:${stats.ino}` });
  else if (stats?.isFile() && (stats.mode & EXECUTE_BITS) !== 0) {
    const exact = lstatSync(path, { bigint: true, throwIfNoEntry: false });
    if (exact?.isFile()) reply.files.push({ path, identity: identityOf(exact) });
  }
}

function tryLstat(path: string | Buffer) {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch {
    // The folder can be read but not searched, or the entry is damaged: no way to look at it.
    return undefined;
  }
}

/** Names in another encoding cannot be opened by their text; what they hide must at least be counted. */
function lookForNamesThatAreNotUnicode(folder: string, reply: ListReply): void {
  for (const name of readdirSync(folder, { encoding: 'buffer' })) {
    const text = name.toString('utf8');
    if (Buffer.from(text, 'utf8').equals(name)) continue;
    const stats = tryLstat(Buffer.concat([Buffer.from(`${folder}/`), name]));
    if (stats?.isDirectory() || (stats?.isFile() && (stats.mode & EXECUTE_BITS) !== 0))
      reply.notUnicode.push(`${folder}/${text}`);
  }
}
