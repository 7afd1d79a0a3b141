/**
 * The processes of this machine from /proc, without child processes. A new process is read whole; a known one is
 * recognised by one read of its `stat` (kernel start against a reused pid, image against exec). Command lines are
 * never read. Containers' processes appear like any other, by the inode of what they run.
 */
import { closeSync, openSync, readdirSync, readFileSync, readlinkSync, readSync, statSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { launchOrigin, type ProcessCircumstances } from './launch-origin.linux.ts';
import { MS_PER_TICK, type ProcessStat, parseProcessStat } from './process-stat.linux.ts';
import type { ProcessSample, ProcessTable, ProgramFile, SampledProcess } from './sampled-process.ts';

const PROC = '/proc';
const DELETED = ' (deleted)';
/** Processes read before others on the event loop get a turn: about 5 ms. */
const SLICE = 200;
const MOST_ANCESTORS = 16;

interface Known {
  stat: ProcessStat;
  circumstances: ProcessCircumstances;
  /** Undefined when the program may not be seen. */
  sampled: SampledProcess | undefined;
}

export class LinuxProcessTable implements ProcessTable {
  #known = new Map<number, Known>();
  readonly #buffer = Buffer.alloc(4096);

  async read(): Promise<ProcessSample | undefined> {
    let names: string[];
    try {
      names = readdirSync(PROC);
    } catch {
      return undefined;
    }
    const known = new Map<number, Known>();
    const fresh: number[] = [];
    let inSlice = 0;
    for (const name of names) {
      const pid = processNumber(name);
      if (pid === undefined) continue;
      if (++inSlice % SLICE === 0) await nextTurn();
      const stat = this.#readStat(pid);
      if (!stat || stat.kernelThread || stat.state === 'Z' || stat.state === 'X') continue;
      const before = this.#known.get(pid);
      if (before && isSame(before.stat, stat)) known.set(pid, before);
      else {
        known.set(pid, readWhole(stat));
        fresh.push(pid);
      }
    }
    for (const pid of fresh) classify(pid, known);
    this.#known = known;
    return sampleOf(known);
  }

  #readStat(pid: number): ProcessStat | undefined {
    let file: number | undefined;
    try {
      file = openSync(`${PROC}/${pid}/stat`, 'r');
      const length = readSync(file, this.#buffer);
      return parseProcessStat(this.#buffer.toString('latin1', 0, length));
    } catch {
      return undefined; // It ended meanwhile.
    } finally {
      if (file !== undefined) closeSync(file);
    }
  }
}

function processNumber(name: string): number | undefined {
  const first = name.charCodeAt(0);
  return first >= 0x31 && first <= 0x39 ? Number(name) : undefined;
}

function isSame(before: ProcessStat, now: ProcessStat): boolean {
  return before.startTicks === now.startTicks && before.image === now.image;
}

function readWhole(stat: ProcessStat): Known {
  const folder = `${PROC}/${stat.pid}`;
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
  } catch {
    return undefined;
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}

/** The user who started it; the owner of /proc/PID would be root for programs that are not dumpable. */
function realUid(status: string): number | undefined {
  const uid = /^Uid:\s+(\d+)/m.exec(status)?.[1];
  return uid === undefined ? undefined : Number(uid);
}

function sampleOf(known: ReadonlyMap<number, Known>): ProcessSample {
  const processes: SampledProcess[] = [];
  let unreadable = 0;
  for (const { sampled } of known.values()) {
    if (sampled) processes.push(sampled);
    else unreadable++;
  }
  return { processes, unreadable };
}
