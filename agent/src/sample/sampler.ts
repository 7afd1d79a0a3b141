/** One sample: process table -> named programs -> usage. */
import type { Clock } from '../clock/clock.ts';
import type { UsageMeter } from '../usage/usage-meter.ts';
import type { ProgramNames } from './program-names.ts';
import type { ProcessTable } from './sampled-process.ts';

export interface SamplerParts {
  table: ProcessTable;
  names: ProgramNames;
  meter: UsageMeter;
  clock: Clock;
  /** Keyed hash of a numeric user id. */
  hashUser: (uid: number) => string;
  /** False: the program at this raw path is not looked at. */
  mayMeter: (path: string) => boolean;
}

export class Sampler {
  readonly #parts: SamplerParts;
  readonly #users = new Map<number, string>();
  samples = 0;
  /** Samples at which the process table could not be read, or not all of it. That time was not observed. */
  missed = 0;
  /** Processes of the last sample whose program may not be seen. */
  unreadable = 0;
  running = 0;

  constructor(parts: SamplerParts) {
    this.#parts = parts;
  }

  async sample(): Promise<void> {
    const { table, names, meter, clock, mayMeter } = this.#parts;
    const sample = await table.read();
    if (!sample) {
      this.missed++;
      meter.missed();
      return;
    }
    if (!sample.whole) this.missed++;
    const at = clock.now();
    const processes = sample.processes.filter(({ program }) => mayMeter(program.path));
    names.see(processes);
    meter.observe(
      at,
      processes.map((each) => ({
        process: each.process,
        program: each.program.key,
        user: this.#user(each.uid),
        startedBootMs: each.startedBootMs,
        origin: each.origin,
      })),
      sample.whole,
    );
    this.samples++;
    this.unreadable = sample.unreadable;
    this.running = processes.length;
  }

  /** Who is who is asked anew. */
  forgetUsers(): void {
    this.#users.clear();
  }

  #user(uid: number): string {
    const known = this.#users.get(uid);
    if (known !== undefined) return known;
    const hash = this.#parts.hashUser(uid);
    this.#users.set(uid, hash);
    return hash;
  }
}
