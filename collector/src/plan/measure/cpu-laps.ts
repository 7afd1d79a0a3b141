/**
 * CPU time of this process and of the engine's, user and system, from the operating system's accounting: other
 * programs on the machine do not make it longer, as they do with wall time.
 */
import { processCpuSeconds } from '../../engine/process-accounting.ts';

export interface CpuLap {
  /** Microseconds of CPU of this process, all threads. */
  collectorUs: number;
  /** Microseconds of CPU of the engine's process; counted in steps of 10,000. 0 when there is no engine. */
  engineUs: number;
  wallMs: number;
}

export class CpuLaps {
  readonly #enginePid: number | undefined;

  constructor(enginePid?: number) {
    this.#enginePid = enginePid;
  }

  /** What `work` took. `settle` belongs to it as well: merges that the work causes and that end after it. */
  async lap(work: () => unknown, settle: () => Promise<void> = async () => {}): Promise<CpuLap> {
    const before = this.#read();
    const began = performance.now();
    await work();
    const wallMs = performance.now() - began;
    const { user, system } = process.cpuUsage(before.own);
    await settle();
    const engineUs = this.#engine() - before.engine;
    return { collectorUs: user + system, engineUs, wallMs };
  }

  #read(): { own: NodeJS.CpuUsage; engine: number } {
    return { own: process.cpuUsage(), engine: this.#engine() };
  }

  #engine(): number {
    return this.#enginePid === undefined ? 0 : (processCpuSeconds(this.#enginePid) ?? 0) * 1e6;
  }
}
