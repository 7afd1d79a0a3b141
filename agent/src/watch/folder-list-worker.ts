/**
 * A thread that lists folders, synchronously: a folder of 100,000 entries or a slow disk holds up nobody else.
 * It knows nothing of earlier scans; it tells which sub-folders there are and which regular files have an execute bit.
 * Quiet folders it only looks at, to see whether listing them could tell anything new.
 */
import { type Dirent, lstatSync, readdirSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { setThreadPriority } from '../hash/thread-priority.ts';
import { changedMsOf, folderKey, identityOf, isContentElsewhere } from './file-identity.ts';
import type { FileIdentity } from './found-file.ts';
import { type LinkOut, type LinkRules, targetOutside } from './link-target.ts';
import { markOf, type QuietFolder } from './quiet-folders.ts';

export interface ListWorkerData {
  /** One Int32: how many replies were taken. The thread waits when too many were not. */
  taken: SharedArrayBuffer;
  /** Scheduling priority of this thread alone, 0 (normal) to 19 (nicest). */
  niceness: number;
}

export interface ListRequest {
  folders: string[];
  /** Paths in them that are named and not looked at: asking a dead server for the time of its folder never ends. */
  stayOff: string[];
  /** Which links are told of. */
  links: LinkRules;
}

export interface LookRequest {
  quiet: QuietFolder[];
  /** Milliseconds since 1970. */
  sinceMs: number;
}

/** Paths of quiet folders in which entries came or went, and in whose place there is another folder now. */
export interface LookReply {
  touched: string[];
  replaced: string[];
}

export interface ListedFile {
  path: string;
  identity: FileIdentity;
}

export interface ListedFolder {
  path: string;
  /** See folderKey. */
  key: string;
  /** See changedMsOf. */
  changedMs: number;
}

/** What one folder holds, or a part of it. */
export interface Listing {
  folder: string;
  files: ListedFile[];
  folders: ListedFolder[];
  /** Of those that are stayed off, the ones that are there. */
  stayedOff: string[];
  /** Names that are not Unicode, as far as they can be written, of folders and executable files. */
  notUnicode: string[];
  /** Executable files whose content is not on this disk. */
  contentElsewhere: string[];
  linksOut: LinkOut[];
  /** Files and folders that cannot be looked at: their paths are too long, or the disk is damaged. */
  unreadable: string[];
  /** The folder is a virtual environment: it holds a pyvenv.cfg. */
  isEnvironment: boolean;
  /** Entries looked at for this listing. */
  entries: number;
  error: 'folder-unreadable' | 'vanished' | undefined;
  /** No more comes for this folder. */
  last: boolean;
}

/** Part of the answer to a request; it is complete when as many last listings came as folders were asked for. */
export interface ListReply {
  listings: Listing[];
  /** CPU time of this thread since it started. */
  cpuMs: number;
}

/** Receiving a reply must not hold up the event loop, and replies cost more than what is in them. */
const MOST_REPORTED = 256;
const MOST_LISTINGS = 64;
/** Node takes up to a thousand waiting messages in one turn of the loop, so there must not be that many. */
const MOST_NOT_TAKEN = 2;
const EXECUTE_BITS = 0o111;
const EXACT_EXECUTE_BITS = BigInt(EXECUTE_BITS);
const ENVIRONMENT_FILE = 'pyvenv.cfg';
const REPLACEMENT = '\ufffd';

const port = parentPort;
if (!port) throw new Error('folder-list-worker is the body of a worker thread');
const { taken: takenBuffer, niceness } = workerData as ListWorkerData;
const taken = new Int32Array(takenBuffer);
setThreadPriority(niceness);
let sent = Atomics.load(taken, 0);
let listings: Listing[] = [];
let reported = 0;
let stayOff: ReadonlySet<string> = new Set();
let links: LinkRules = { roots: new Set(), mounts: new Set() };
/**
 * The last file was a program, so the next one may be: it is asked for exact numbers at once. Others are asked for plain ones first,
 * since most files are no programs, and exact numbers cost three times as much.
 */
let isAmongPrograms = false;

port.on('message', (request: ListRequest | LookRequest) => {
  if ('quiet' in request) {
    port.postMessage(lookAt(request));
    return;
  }
  stayOff = new Set(request.stayOff);
  links = request.links;
  for (const folder of request.folders) list(folder);
  send();
});

/** What is gone is no news: it held no programs. */
function lookAt({ quiet, sinceMs }: LookRequest): LookReply {
  const reply: LookReply = { touched: [], replaced: [] };
  for (const { path, mark } of quiet) {
    const stats = tryLstat(path);
    if (!stats?.isDirectory()) continue;
    if (markOf(folderKey(stats)) !== mark) reply.replaced.push(path);
    else if (changedMsOf(stats) >= sinceMs) reply.touched.push(path);
  }
  return reply;
}

function list(folder: string): void {
  let listing = begin(folder, false);
  try {
    const entries = readdirSync(folder, { withFileTypes: true });
    const isEnvironment = entries.some(({ name }) => name === ENVIRONMENT_FILE);
    listing.isEnvironment = isEnvironment;
    // In a fixed order, so that of two ways to a bind-mounted folder each scan takes the same one.
    entries.sort((a, b) => (a.name < b.name ? -1 : 1));
    for (const entry of entries) {
      listing.entries++;
      if (look(folder, entry, listing) && ++reported >= MOST_REPORTED) {
        send();
        listing = begin(folder, isEnvironment);
      }
    }
    if (entries.some(({ name }) => name.includes(REPLACEMENT)))
      lookForNamesThatAreNotUnicode(folder, listing);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    listing.error = code === 'ENOENT' || code === 'ENOTDIR' ? 'vanished' : 'folder-unreadable';
  }
  listing.last = true;
  if (listings.length >= MOST_LISTINGS) send();
}

function begin(folder: string, isEnvironment: boolean): Listing {
  const listing: Listing = {
    folder,
    files: [],
    folders: [],
    stayedOff: [],
    notUnicode: [],
    contentElsewhere: [],
    linksOut: [],
    unreadable: [],
    isEnvironment,
    entries: 0,
    error: undefined,
    last: false,
  };
  listings.push(listing);
  return listing;
}

function send(): void {
  for (let now = Atomics.load(taken, 0); sent - now >= MOST_NOT_TAKEN; now = Atomics.load(taken, 0))
    Atomics.wait(taken, 0, now);
  sent++;
  const cpu = process.threadCpuUsage();
  port?.postMessage({ listings, cpuMs: (cpu.user + cpu.system) / 1000 } satisfies ListReply);
  listings = [];
  reported = 0;
}

/** True when the listing got longer. Throws when the folder can be read and not searched. */
function look(folder: string, entry: Dirent, listing: Listing): boolean {
  const isLink = entry.isSymbolicLink();
  if (!isLink && !entry.isFile() && !entry.isDirectory()) return false;
  const path = folder === '/' ? `/${entry.name}` : `${folder}/${entry.name}`;
  if (isLink) return lookAtLink(path, listing);
  if (stayOff.has(path)) {
    listing.stayedOff.push(path);
    return true;
  }
  try {
    return lookAtEntry(path, entry, listing);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EACCES') throw error;
    // Names that are not Unicode are told of by themselves.
    if (path.includes(REPLACEMENT)) return false;
    listing.unreadable.push(path);
    return true;
  }
}

function lookAtLink(path: string, listing: Listing): boolean {
  const to = targetOutside(path, links);
  if (to !== undefined) listing.linksOut.push({ path, to });
  return to !== undefined;
}

function lookAtEntry(path: string, entry: Dirent, listing: Listing): boolean {
  if (!isAmongPrograms || !entry.isFile()) {
    const stats = lstatSync(path, { throwIfNoEntry: false });
    if (stats?.isDirectory()) {
      listing.folders.push({ path, key: folderKey(stats), changedMs: changedMsOf(stats) });
      return true;
    }
    if (!stats?.isFile() || (stats.mode & EXECUTE_BITS) === 0) return false;
  }
  const exact = lstatSync(path, { bigint: true, throwIfNoEntry: false });
  isAmongPrograms = exact?.isFile() === true && (exact.mode & EXACT_EXECUTE_BITS) !== 0n;
  // What is no longer what its folder said of it is seen by the next listing.
  if (!exact || !isAmongPrograms) return false;
  if (isContentElsewhere(exact)) listing.contentElsewhere.push(path);
  else listing.files.push({ path, identity: identityOf(exact) });
  return true;
}

function tryLstat(path: string | Buffer) {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

/** Names in another encoding cannot be opened by their text; what they hide must at least be counted. */
function lookForNamesThatAreNotUnicode(folder: string, listing: Listing): void {
  for (const name of readdirSync(folder, { encoding: 'buffer' })) {
    const text = name.toString('utf8');
    if (Buffer.from(text, 'utf8').equals(name)) continue;
    const stats = tryLstat(Buffer.concat([Buffer.from(`${folder}/`), name]));
    if (stats?.isDirectory() || (stats?.isFile() && (stats.mode & EXECUTE_BITS) !== 0))
      listing.notUnicode.push(`${folder}/${text}`);
  }
}
