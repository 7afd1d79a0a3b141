/**
 * Whether processes began or ended since the last look, from what the kernel counts anyway: two small reads, however many processes
 * there are. Whether one of them became another program is not among it.
 */
import { openSync, readFileSync, readlinkSync, readSync } from 'node:fs';

/** Of the first namespace of process numbers: PROC_PID_INIT_INO in the kernel's include/linux/proc_ns.h. */
const FIRST_NAMESPACE = 'pid:[4026531836]';
/** "0.00 0.01 0.05 1/235 4096": the fourth is running and all threads of the computer. proc_loadavg(5). */
const THREADS = /^\S+ \S+ \S+ \d+\/(\d+) /;

export interface Turnover {
  /**
   * The number that was last given to a process or thread here; undefined: this kernel does not say. It comes round again after all the
   * others, tens of thousands at least.
   */
  newest: string | undefined;
  /**
   * Threads that there are. While `newest` stays, none was added, so as many as before are the same ones. Undefined where others are
   * counted that have no number here, and where the file may be another's invention: in any namespace but the first.
   */
  threads: string | undefined;
}

const buffer = Buffer.alloc(128);

export class TurnoverSource {
  readonly #proc: string;
  /** Open for good; undefined: it says nothing here. */
  readonly #loads: number | undefined;

  constructor(proc: string) {
    this.#proc = proc;
    this.#loads = openLoads(proc);
  }

  look(): Turnover {
    return { newest: newestNumber(this.#proc), threads: this.#threads() };
  }

  #threads(): string | undefined {
    if (this.#loads === undefined) return undefined;
    try {
      return THREADS.exec(
        buffer.toString('latin1', 0, readSync(this.#loads, buffer, 0, buffer.length, 0)),
      )?.[1];
    } catch {
      return undefined;
    }
  }
}

function openLoads(proc: string): number | undefined {
  try {
    return readlinkSync(`${proc}/self/ns/pid`) === FIRST_NAMESPACE
      ? openSync(`${proc}/loadavg`, 'r')
      : undefined;
  } catch {
    return undefined;
  }
}

function newestNumber(proc: string): string | undefined {
  try {
    return readFileSync(`${proc}/sys/kernel/ns_last_pid`, 'latin1');
  } catch {
    return undefined;
  }
}
