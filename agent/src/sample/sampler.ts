/** One sample: process table -> named programs -> usage. */
import type { Clock } from '../clock/clock.ts';
import type { Focus } from '../sessions/x11/focus.ts';
import type { Attention } from '../usage/attention.ts';
import type { ObservedProcess, UsageMeter } from '../usage/usage-meter.ts';
import type { ProgramNames } from './program-names.ts';
import { RecentLooks } from './recent-looks.ts';
import type { ProcessTable, SampledProcess } from './sampled-process.ts';

export interface SamplerParts {
  table: ProcessTable;
  names: ProgramNames;
  meter: UsageMeter;
  clock: Pick<Clock, 'now'>;
  /** Keyed hash of a numeric user id. */
  hashUser: (uid: number) => string;
  /** Whether a person is at the computer now; undefined when that cannot be told. */
  isPersonThere: () => boolean | undefined;
  /** Who is in front, and whose sessions are all locked, by numeric user id; undefined: not known. */
  attention?: () => { focus: Focus; lockedUids: ReadonlySet<number> | undefined };
  /** False: the program at this raw path is not looked at. */
  mayMeter: (path: string) => boolean;
}

interface MadeOfSample {
  processes: readonly SampledProcess[];
  metered: readonly SampledProcess[];
  observed: readonly ObservedProcess[];
}

const NOBODY: ReadonlySet<string> = new Set();

export class Sampler {
  readonly #parts: SamplerParts;
  readonly #users = new Map<number, string>();
  /** What was made of the last sample, which is most often the next one too. */
  #last: MadeOfSample = { processes: [], metered: [], observed: [] };
  readonly #looks = new RecentLooks();
  samples = 0;
  /** Samples at which the process table could not be read, or not all of it. That time was not observed. */
  missed = 0;
  /** Processes of the last sample whose program may not be seen. */
  unreadable = 0;
  running = 0;

  constructor(parts: SamplerParts) {
    this.#parts = parts;
  }

  /** See RecentLooks. */
  get focusOfOthers(): number {
    return this.#looks.ofOthers;
  }

  async sample(): Promise<void> {
    const { table, names, meter, clock, isPersonThere } = this.#parts;
    // Before it: what begins while it lasts may be missing in it, and has then begun since.
    const at = clock.now();
    const sample = await table.read();
    if (!sample) {
      this.missed++;
      meter.missed();
      return;
    }
    if (!sample.whole) this.missed++;
    const { metered, observed } = this.#made(sample.processes);
    names.see(metered);
    this.#looks.add({ atMs: at.monotonicMs, metered });
    meter.observe(at, observed, sample.whole, isPersonThere(), this.#attention());
    this.samples++;
    this.unreadable = sample.unreadable;
    this.running = metered.length;
  }

  /** Who is who, and what may be metered, is asked anew. */
  forget(): void {
    this.#users.clear();
    this.#last = { processes: [], metered: [], observed: [] };
  }

  #made(processes: readonly SampledProcess[]): MadeOfSample {
    if (processes === this.#last.processes) return this.#last;
    const { mayMeter, names } = this.#parts;
    const metered = processes.filter(
      ({ program, interpreter }) => mayMeter(program.path) && (!interpreter || names.isListed(program)),
    );
    const observed = metered.map((each) => ({
      process: each.process,
      interpreter: each.interpreter,
      program: each.program.key,
      user: this.#user(each.uid),
      startedBootMs: each.startedBootMs,
      origin: each.origin,
    }));
    this.#last = { processes, metered, observed };
    return this.#last;
  }

  #attention(): Attention | undefined {
    const given = this.#parts.attention?.();
    if (!given) return undefined;
    const { focus, lockedUids } = given;
    const lockedUsers =
      lockedUids?.size === 0 ? NOBODY : lockedUids && new Set([...lockedUids].map((uid) => this.#user(uid)));
    return { ...this.#looks.inFront(focus), lockedUsers };
  }

  #user(uid: number): string {
    const known = this.#users.get(uid);
    if (known !== undefined) return known;
    const hash = this.#parts.hashUser(uid);
    this.#users.set(uid, hash);
    return hash;
  }
}
