/**
 * The processes of this machine from /proc, without child processes. Of command lines only those of interpreters are read, for the script
 * (interpreted-script.linux.ts). Containers' processes appear like any other, by the inode of what they run; what comes
 * from an image is marked where it is identified (watch/program-identifier.ts).
 *
 * Most looks find what the last one found, so a known process costs little: a file that was opened with its first look belongs
 * to that process and to no later one with its number, and says whether it still runs the same code. All of it is read again
 * while it is young, when that differs, and now and then. An exec is so noticed within `CHECK_AGAIN_MS` or one look, whichever is
 * longer, and so is an end that the parent has not asked about. Listing them costs the kernel more than that, so nobody is listed while
 * no number was given to a new one; and while there are as many threads as well, nobody is asked before it is time to.
 *
 * A process that cannot be looked at, for want of files or memory, is not one that has ended: the sample says that it is not
 * whole. So does one that lacks process 1, which is always there: then the system hides the processes of others (`hidepid`).
 */
import { readdirSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { isInterpreter, type ReadableScripts, readScript } from './interpreted-script.linux.ts';
import { launchOrigin, type ProcessCircumstances } from './launch-origin.linux.ts';
import {
  CodeWatch,
  readCircumstances,
  readProcessStat,
  readProgram,
  readUid,
} from './process-files.linux.ts';
import { MS_PER_TICK, type ProcessStat } from './process-stat.linux.ts';
import { type Turnover, TurnoverSource } from './process-turnover.linux.ts';
import type { ProcessSample, ProcessTable, SampledProcess } from './sampled-process.ts';

/** Processes read whole before others on the event loop get a turn: about 5 ms. */
const SLICE = 100;
const MOST_ANCESTORS = 16;
const FIRST_PROCESS = '1';
/** Programs are started by processes that become them, nearly always at once: read at each look for so long. */
const YOUNG_MS = 10_000;
/** Whether a process still runs the same code is looked at so often at most, a little less than the usual interval. */
const CHECK_AGAIN_MS = 4_500;
/** In code of the same size there may be another program. Opening what says so costs as much as five looks at the size. */
const READ_AGAIN_MS = 120_000;
/** Who began and took a number that came round again is listed then. */
const LIST_AGAIN_MS = 60_000;

interface Known {
  stat: ProcessStat;
  circumstances: ProcessCircumstances;
  /** Nothing when the program may not be seen; two when it interprets a script. */
  sampled: SampledProcess[];
  code: CodeWatch;
  firstMs: number;
  readAgainMs: number;
  checkAgainMs: number;
  /** Number of the last look that listed it. */
  look: number;
}

export interface LinuxProcessTableOptions {
  /** Where the kernel shows its processes. Default /proc. */
  proc?: string;
  /** Which scripts are looked at. Default: any. */
  scripts?: ReadableScripts;
  /** Monotonic milliseconds. */
  nowMs?: () => number;
}

export class LinuxProcessTable implements ProcessTable {
  readonly #proc: string;
  readonly #nowMs: () => number;
  readonly #scripts: ReadableScripts;
  /** By the name of the folder, the number of the process. */
  readonly #known = new Map<string, Known>();
  /** Kernel threads, and processes that have ended and are still listed. */
  readonly #others = new Map<string, { look: number; readAgainMs: number }>();
  #look = 0;
  readonly #turnover: TurnoverSource;
  /** At the last look; without a newest number there has to be another listing. */
  #before: Turnover = { newest: undefined, threads: undefined };
  /** The last listing came when that number was known already: a number is given a moment before its process shows. */
  #isSteady = false;
  #listAgainMs = 0;
  /** As of the last listing. */
  #showsFirst = false;
  #sample: Omit<ProcessSample, 'whole'> = { processes: [], unreadable: 0 };

  constructor({
    proc = '/proc',
    nowMs = () => performance.now(),
    scripts = { mayRead: () => true, mayPass: () => true },
  }: LinuxProcessTableOptions = {}) {
    this.#scripts = scripts;
    this.#proc = proc;
    this.#nowMs = nowMs;
    this.#turnover = new TurnoverSource(proc);
  }

  async read(): Promise<ProcessSample | undefined> {
    // Before the listing: who begins in between may be in it, and is listed once more.
    const { newest, threads } = this.#turnover.look();
    const look = ++this.#look;
    const nowMs = this.#nowMs();
    const isSame = newest !== undefined && newest === this.#before.newest;
    const nobodyEnded = isSame && threads !== undefined && threads === this.#before.threads;
    const nobodyBegan = isSame && this.#isSteady && nowMs < this.#listAgainMs;
    let names: string[];
    try {
      names = nobodyBegan ? this.#notAsBefore(nowMs, nobodyEnded) : readdirSync(this.#proc).filter(isNumber);
    } catch {
      return undefined;
    }
    if (!nobodyBegan) {
      this.#showsFirst = names.includes(FIRST_PROCESS);
      this.#isSteady = isSame;
      this.#listAgainMs = nowMs + LIST_AGAIN_MS;
    }
    this.#before = { newest, threads };
    const fresh: Known[] = [];
    let [isHidden, changed, listed, inSlice] = [false, false, 0, 0];
    for (const name of names) {
      if (!nobodyBegan && this.#isAsBefore(name, look, nowMs)) {
        listed++;
        continue;
      }
      if (++inSlice % SLICE === 0) await nextTurn();
      const outcome = unlessEnded(() => this.#readAgain(name, look, nowMs));
      if (outcome === 'hidden') isHidden = true;
      if (outcome === 'ended' || outcome === 'hidden') {
        changed = this.#forget(name) || changed;
        continue;
      }
      listed++;
      if (outcome !== 'same') changed = true;
      if (typeof outcome === 'object') fresh.push(outcome);
    }
    if (!nobodyBegan && listed < this.#known.size + this.#others.size)
      changed = this.#forgetUnlisted(look) || changed;
    // One that could not be looked at is in no sample, and has to be listed to be read again.
    if (isHidden) this.#before.newest = undefined;
    for (const known of fresh) this.#classify(known);
    if (changed) this.#sample = sampleOf(this.#known);
    return { ...this.#sample, whole: this.#showsFirst && !isHidden };
  }

  /** Of those that are known, which have to be read again, or have ended. */
  #notAsBefore(nowMs: number, nobodyEnded: boolean): string[] {
    const names: string[] = [];
    for (const [name, known] of this.#known) {
      if (isDue(known, nowMs)) names.push(name);
      else if (nobodyEnded && nowMs < known.checkAgainMs) continue;
      else if (!known.code.isSame()) names.push(name);
      else known.checkAgainMs = nowMs + CHECK_AGAIN_MS;
    }
    return names;
  }

  /** It is listed, and nothing has to be read again, as far as it costs next to nothing to tell. */
  #isAsBefore(name: string, look: number, nowMs: number): boolean {
    const known = this.#known.get(name);
    if (!known) {
      const other = this.#others.get(name);
      if (!other || nowMs >= other.readAgainMs) return false;
      other.look = look;
      return true;
    }
    if (isDue(known, nowMs)) return false;
    if (nowMs >= known.checkAgainMs) {
      if (!known.code.isSame()) return false;
      known.checkAgainMs = nowMs + CHECK_AGAIN_MS;
    }
    known.look = look;
    return true;
  }

  /** 'other': nothing that is metered. Throws what reading it throws. */
  #readAgain(name: string, look: number, nowMs: number): Known | 'same' | 'other' | 'ended' {
    const folder = `${this.#proc}/${name}`;
    const stat = readProcessStat(folder);
    if (!stat) return 'ended';
    const before = this.#known.get(name);
    if (stat.kernelThread || stat.state === 'Z' || stat.state === 'X') {
      this.#forget(name);
      this.#others.set(name, { look, readAgainMs: stat.kernelThread ? readAgainMs(stat, nowMs) : nowMs });
      return before ? 'other' : 'same';
    }
    this.#others.delete(name);
    const isSame = before?.stat.startTicks === stat.startTicks && before.stat.image === stat.image;
    const read = { look, ...due(stat, nowMs) };
    // What could not be seen of it before may be seen now: its server is back.
    if (before && isSame && before.sampled.length > 0) {
      Object.assign(before, read);
      return 'same';
    }
    // Opened first: if it becomes another program meanwhile, its code differs from what is noted here.
    const code = CodeWatch.open(folder);
    let known: Known;
    try {
      known = {
        ...readWhole(folder, stat, this.#scripts),
        ...{ ...read, code, firstMs: before && isSame ? before.firstMs : nowMs },
      };
    } catch (error) {
      code.close();
      throw error;
    }
    if (before && isSame && known.sampled.length === 0) {
      code.close();
      Object.assign(before, read);
      return 'same';
    }
    this.#forget(name);
    this.#known.set(name, known);
    return known;
  }

  /** True: some of them were metered. */
  #forgetUnlisted(look: number): boolean {
    const before = this.#known.size;
    for (const [name, known] of this.#known) if (known.look !== look) this.#forget(name);
    for (const [name, other] of this.#others) if (other.look !== look) this.#others.delete(name);
    return this.#known.size < before;
  }

  /** True: it was one that is metered. */
  #forget(name: string): boolean {
    this.#known.get(name)?.code.close();
    return this.#known.delete(name);
  }

  #classify(known: Known): void {
    if (known.sampled.length === 0) return;
    const ancestors: ProcessCircumstances[] = [];
    for (let at = known.stat.parent; at > 0 && ancestors.length < MOST_ANCESTORS; ) {
      const parent = this.#known.get(`${at}`);
      if (!parent) break;
      ancestors.push(parent.circumstances);
      at = parent.stat.parent;
    }
    const origin = launchOrigin(known.circumstances, ancestors);
    for (const sampled of known.sampled) sampled.origin = origin;
  }
}

/** 'hidden': the process is there, and reading it fails for a reason that is not its own. */
function unlessEnded<T>(read: () => T): T | 'hidden' | 'ended' {
  try {
    return read();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === 'ENOENT' || code === 'ESRCH' ? 'ended' : 'hidden';
  }
}

function isDue({ firstMs, readAgainMs }: Known, nowMs: number): boolean {
  return nowMs - firstMs < YOUNG_MS || nowMs >= readAgainMs;
}

function due(stat: ProcessStat, nowMs: number): Pick<Known, 'readAgainMs' | 'checkAgainMs'> {
  return { readAgainMs: readAgainMs(stat, nowMs), checkAgainMs: nowMs + CHECK_AGAIN_MS };
}

/** Not of all in one look, which read them first together. */
function readAgainMs({ pid }: ProcessStat, nowMs: number): number {
  return nowMs + READ_AGAIN_MS * (0.5 + (pid % 64) / 128);
}

function isNumber(name: string): boolean {
  const first = name.charCodeAt(0);
  return first >= 0x31 && first <= 0x39;
}

function readWhole(
  folder: string,
  stat: ProcessStat,
  scripts: ReadableScripts,
): Pick<Known, 'stat' | 'circumstances' | 'sampled'> {
  const { pid, name, tty } = stat;
  const circumstances = readCircumstances(folder, { pid, name, tty });
  const program = readProgram(folder);
  const uid = readUid(folder);
  if (!program || uid === undefined) return { stat, circumstances, sampled: [] };
  const process = `${pid}:${stat.startTicks}`;
  const common = { uid, startedBootMs: stat.startTicks * MS_PER_TICK, origin: 'unknown' } as const;
  const sampled: SampledProcess[] = [{ process, program, ...common }];
  const script = isInterpreter(program.path) ? readScript(folder, program.path, scripts) : undefined;
  if (script)
    sampled.push({ process: `${process}:script`, program: script, interpreter: process, ...common });
  return { stat, circumstances, sampled };
}

function sampleOf(known: ReadonlyMap<string, Known>): Omit<ProcessSample, 'whole'> {
  const processes: SampledProcess[] = [];
  let unreadable = 0;
  for (const { sampled } of known.values()) {
    processes.push(...sampled);
    if (sampled.length === 0) unreadable++;
  }
  return { processes, unreadable };
}
