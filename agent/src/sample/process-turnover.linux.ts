/**
 * Whether processes began or ended since the last look, from what the kernel counts anyway: two small reads, however many processes
 * there are. Whether one of them became another program is not among it.
 */
import { readlinkSync } from 'node:fs';
import { KernelText } from '../host/kernel-text.linux.ts';

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

export class TurnoverSource {
  readonly #newest: KernelText;
  readonly #loads: KernelText | undefined;

  constructor(proc: string) {
    this.#newest = new KernelText(`${proc}/sys/kernel/ns_last_pid`);
    this.#loads = isFirstNamespace(proc) ? new KernelText(`${proc}/loadavg`) : undefined;
  }

  look(): Turnover {
    return { newest: this.#newest.read(), threads: THREADS.exec(this.#loads?.read() ?? '')?.[1] };
  }
}

function isFirstNamespace(proc: string): boolean {
  try {
    return readlinkSync(`${proc}/self/ns/pid`) === FIRST_NAMESPACE;
  } catch {
    return false;
  }
}
