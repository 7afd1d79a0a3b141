/**
 * The processes of this machine from /proc, without child processes. A new process is read whole; a known one is
 * recognised by one read of its `stat` (kernel start against a reused pid, image against exec). Command lines are
 * never read. Containers' processes appear like any other, by the inode of what they run.
 *
 * A process that cannot be looked at, for want of files or memory, is not one that has ended: the sample says that it is not
 * whole. So does one that lacks process 1, which is always there: then the system hides the processes of others (`hidepid`).
 */
import { closeSync, openSync, readdirSync, readFileSync, readlinkSync, readSync, statSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { launchOrigin, type ProcessCircumstances } from './launch-origin.linux.ts';
import { MS_PER_TICK, type ProcessStat, parseProcessStat } from './process-stat.linux.ts';
import type { ProcessSample, ProcessTable, ProgramFile, SampledProcess } from './sampled-process.ts';

const DELETED = ' (deleted)';
/** Processes read before others on the event loop get a turn: about 5 ms. */
const SLICE = 200;
const MOST_ANCESTORS = 16;
const FIRST_PROCESS = '1';

interface Known {
  stat: ProcessStat;
  circumstances: ProcessCircumstances;
  /** Undefined when the program may not be seen. */
  sampled: SampledProcess | undefined;
}

export class LinuxProcessTable implements ProcessTable {
  readonly #proc: string;
  #known = new Map<number, Known>();
  readonly #buffer = Buffer.alloc(4096);

  /** `proc`: where the kernel shows its processes. */
  constructor(proc = '/proc') {
    this.#proc = proc;
  }

  async read(): Promise<ProcessSample | undefined> {
    let names: string[];
    try {
      names = readdirSync(this.#proc);
    } catch {
      return undefined;
    }
    const known = new Map<number, Known>();
    const fresh: number[] = [];
    let whole = names.includes(FIRST_PROCESS);
    let inSlice = 0;
    for (const name of names) {
      const pid = processNumber(name);
      if (pid === undefined) continue;
      if (++inSlice % SLICE === 0) await nextTurn();
      const stat = unlessEnded(() => this.#readStat(pid));
      if (stat === 'hidden') whole = false;
      if (!stat || stat === 'hidden' || stat.kernelThread || stat.state === 'Z' || stat.state === 'X')
        continue;
      const before = this.#known.get(pid);
      if (before && isSame(before.stat, stat)) known.set(pid, before);
      else {
        const read = unlessEnded(() => readWhole(`${this.#proc}/${pid}`, stat));
        if (read === 'hidden') whole = false;
        else if (read) {
          known.set(pid, read);
          fresh.push(pid);
        }
      }
    }
    for (const pid of fresh) classify(pid, known);
    this.#known = known;
    return sampleOf(known, whole);
  }

  #readStat(pid: number): ProcessStat | undefined {
    const file = openSync(`${this.#proc}/${pid}/stat`, 'r');
    try {
      const length = readSync(file, this.#buffer);
      return parseProcessStat(this.#buffer.toString('latin1', 0, length));
    } finally {
      closeSync(file);
    }
  }
}

/** 'hidden': the process is there, and reading it fails for a reason that is not its own. undefined: it has ended meanwhile. */
function unlessEnded<T>(read: () => T): T | 'hidden' | undefined {
  try {
    return read();
  } catch (error) {
    return hasEnded(error) ? undefined : 'hidden';
  }
}

function hasEnded(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' || code === 'ESRCH';
}

function processNumber(name: string): number | undefined {
  const first = name.charCodeAt(0);
  return first >= 0x31 && first <= 0x39 ? Number(name) : undefined;
}

function isSame(before: ProcessStat, now: ProcessStat): boolean {
  return before.startTicks === now.startTicks && before.image === now.image;
}

function readWhole(folder: string, stat: ProcessStat): Known {
  const { pid, name, tty } = stat;
  const circumstances = { pid, name, tty, cgroup: readText(`${folder}/cgroup`) };
  const program = readProgram(folder);
  const uid = realUid(readText(`${folder}/status`));
  const sampled: SampledProcess | undefined =
    program && uid !== undefined
      ? {
          process: `${pid}:${stat.startTicks}`,
          program,
          uid,
          startedBootMs: stat.startTicks * MS_PER_TICK,
          origin: 'unknown',
        }
      : undefined;
  return { stat, circumstances, sampled };
}

function classify(pid: number, known: ReadonlyMap<number, Known>): void {
  const own = known.get(pid);
  if (!own?.sampled) return;
  const ancestors: ProcessCircumstances[] = [];
  for (let at = own.stat.parent; at > 0 && ancestors.length < MOST_ANCESTORS; ) {
    const parent = known.get(at);
    if (!parent) break;
    ancestors.push(parent.circumstances);
    at = parent.stat.parent;
  }
  own.sampled.origin = launchOrigin(own.circumstances, ancestors);
}

function readProgram(folder: string): ProgramFile | undefined {
  try {
    const openPath = `${folder}/exe`;
    const link = readlinkSync(openPath);
    const path = link.endsWith(DELETED) ? link.slice(0, -DELETED.length) : link;
    const { dev, ino, size, mtimeNs, ctimeNs } = statSync(openPath, { bigint: true });
    // Deleting a file changes its ctime, so the key goes without.
    const key = `${dev}:${ino}:${size}:${mtimeNs}:${path}`;
    const identity = {
      device: `${dev}`,
      inode: `${ino}`,
      size: Number(size),
      mtimeNs: `${mtimeNs}`,
      ctimeNs: `${ctimeNs}`,
    };
    return { key, path, openPath, identity };
  } catch (error) {
    // Programs of others, when this is not root; and of a process that ends, which has none any more.
    if (isForbidden(error) || hasEnded(error)) return undefined;
    throw error;
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch (error) {
    if (isForbidden(error)) return '';
    throw error;
  }
}

function isForbidden(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'EACCES' || code === 'EPERM';
}

/** The user who started it; the owner of /proc/PID would be root for programs that are not dumpable. */
function realUid(status: string): number | undefined {
  const uid = /^Uid:\s+(\d+)/m.exec(status)?.[1];
  return uid === undefined ? undefined : Number(uid);
}

function sampleOf(known: ReadonlyMap<number, Known>, whole: boolean): ProcessSample {
  const processes: SampledProcess[] = [];
  let unreadable = 0;
  for (const { sampled } of known.values()) {
    if (sampled) processes.push(sampled);
    else unreadable++;
  }
  return { processes, whole, unreadable };
}
