/** Walks folders and reads every program in them: regular file, an execute bit, a program's first bytes. */
import { createHash } from 'node:crypto';
import {
  type BigIntStats,
  closeSync,
  constants,
  type Dirent,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readSync,
} from 'node:fs';
import { type HomeRules, NO_HOME_RULES } from './home-rules.ts';
import type { Mounts } from './mounts.ts';
import { FIRST_BYTES, isProgram } from './program-kind.ts';

export interface ProgramFile {
  /** Raw path. */
  path: string;
  sha256: string;
  /** When content, name or rights last changed: milliseconds since 1970. */
  changedAt: number;
}

/** What the census did not look into, and why. */
export interface LeftOut {
  path: string;
  reason: string;
  /** Everything below is left out as well. */
  folder: boolean;
  /** The same folder by the name under which it was looked into. */
  sameAs?: string;
  /** SHA-256 of a program that may be listed after all; undefined: it is no program, or cannot be read now. */
  content?: () => string | undefined;
}

export interface Found {
  programs: ProgramFile[];
  leftOut: LeftOut[];
  /** Files of homes among the programs, and others that would be if they were programs. */
  homeFiles: number;
}

const EXECUTE_BITS = 0o111n;
/** The agent's own limit: no program is that large, and reading such a file costs minutes. */
const MOST_BYTES = 8n * 1024n ** 3n;
/** Small files may lie beside their names, in no block of their own. */
const MOST_BYTES_WITHOUT_BLOCKS = 65_536n;
const ENVIRONMENT = Buffer.from('pyvenv.cfg');
const CHUNK = Buffer.allocUnsafe(1_048_576);
const unicode = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Hashes from an earlier look, by the state of the file; `undefined`: looked at, and no program. */
export type EarlierHashes = Map<string, string | undefined>;

export function findPrograms(
  roots: readonly string[],
  mounts: Mounts,
  earlier: EarlierHashes,
  rules: HomeRules = NO_HOME_RULES,
): Found {
  const found: Found = { programs: [], leftOut: [], homeFiles: 0 };
  const visited = new Map<string, string>();
  const open: string[] = [];
  for (const root of roots) {
    const foreign = mounts.foreignAround(root);
    if (foreign) leaveOut(found, root, `another mount (${foreign}), left out`, true);
    else open.push(root);
  }
  for (let folder = open.pop(); folder !== undefined; folder = open.pop()) {
    const entries = entriesOf(folder, found);
    if (entries.some(({ name }) => name.equals(ENVIRONMENT))) rules.noteEnvironment(folder);
    for (const entry of entries) {
      const path = pathOf(folder, entry, found);
      if (path === undefined) continue;
      if (entry.isDirectory()) enter(path, mounts, visited, open, found);
      else if (entry.isFile()) take(path, earlier, rules, found);
    }
  }
  found.homeFiles = rules.listed;
  return found;
}

function entriesOf(folder: string, found: Found): Dirent<Buffer>[] {
  try {
    const entries = readdirSync(folder, { withFileTypes: true, encoding: 'buffer' });
    return entries.sort((a, b) => Buffer.compare(a.name, b.name));
  } catch (error) {
    if (!isGone(error)) leaveOut(found, folder, 'unreadable', true);
    return [];
  }
}

function pathOf(folder: string, entry: Dirent<Buffer>, found: Found): string | undefined {
  try {
    return `${folder}/${unicode.decode(entry.name)}`;
  } catch {
    leaveOut(found, `${folder}/${entry.name.toString()}`, 'name is not Unicode', entry.isDirectory());
    return undefined;
  }
}

function enter(
  path: string,
  mounts: Mounts,
  visited: Map<string, string>,
  open: string[],
  found: Found,
): void {
  const foreign = mounts.foreignAt(path);
  if (foreign) {
    leaveOut(found, path, `another mount (${foreign}), left out`, true);
    return;
  }
  try {
    const { dev, ino } = lstatSync(path, { bigint: true });
    const before = visited.get(`${dev}:${ino}`);
    if (before === undefined) {
      visited.set(`${dev}:${ino}`, path);
      open.push(path);
    } else
      found.leftOut.push({
        path,
        reason: `same folder as ${before}, mounted twice`,
        folder: true,
        sameAs: before,
      });
  } catch (error) {
    if (!isGone(error)) leaveOut(found, path, 'unreadable', true);
  }
}

function take(path: string, earlier: EarlierHashes, rules: HomeRules, found: Found): void {
  try {
    const listed = lstatSync(path, { bigint: true });
    if (!listed.isFile() || (listed.mode & EXECUTE_BITS) === 0n) return;
    if (listed.blocks === 0n && listed.size > MOST_BYTES_WITHOUT_BLOCKS) {
      leaveOut(found, path, 'its content is not on this disk', false);
      return;
    }
    const rule = rules.reasonFor(path);
    if (rule !== undefined) {
      found.leftOut.push({ path, reason: rule, folder: false, content: () => contentOf(path) });
      return;
    }
    if (listed.size > MOST_BYTES) {
      leaveOut(found, path, 'larger than 8 GiB', false);
      return;
    }
    const state = stateOf(listed);
    if (!earlier.has(state)) {
      const read = readProgram(path);
      if (read === 'changing') {
        leaveOut(found, path, 'changing while it is read', false);
        return;
      }
      earlier.set(read.state, read.sha256);
      if (read.state !== state) {
        take(path, earlier, rules, found);
        return;
      }
    }
    const sha256 = earlier.get(state);
    if (sha256 !== undefined)
      found.programs.push({ path, sha256, changedAt: Number(listed.ctimeNs / 1_000_000n) });
  } catch (error) {
    leaveOut(found, path, isGone(error) ? 'vanished during the census' : 'unreadable', false);
  }
}

function contentOf(path: string): string | undefined {
  try {
    const read = readProgram(path);
    return read === 'changing' ? undefined : read.sha256;
  } catch {
    return undefined;
  }
}

function readProgram(path: string): { state: string; sha256: string | undefined } | 'changing' {
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const state = stateOf(fstatSync(descriptor, { bigint: true }));
    const first = CHUNK.subarray(0, readSync(descriptor, CHUNK, 0, FIRST_BYTES, 0));
    if (!isProgram(first)) return { state, sha256: undefined };
    const hash = createHash('sha256');
    let position = 0;
    for (let count = -1; count !== 0; position += count) {
      count = readSync(descriptor, CHUNK, 0, CHUNK.length, position);
      hash.update(CHUNK.subarray(0, count));
    }
    const after = stateOf(fstatSync(descriptor, { bigint: true }));
    return after === state ? { state, sha256: hash.digest('hex') } : 'changing';
  } finally {
    closeSync(descriptor);
  }
}

function stateOf({ dev, ino, size, mtimeNs, ctimeNs }: BigIntStats): string {
  return [dev, ino, size, mtimeNs, ctimeNs].join(':');
}

function leaveOut(found: Found, path: string, reason: string, folder: boolean): void {
  found.leftOut.push({ path, reason, folder });
}

function isGone(error: unknown): boolean {
  return ['ENOENT', 'ENOTDIR', 'ELOOP'].includes((error as NodeJS.ErrnoException).code ?? '');
}
