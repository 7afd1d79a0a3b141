/** Which files of homes are listed at present: at most so many, those that are listed already before new ones. */
import type { HomePlaces } from './home-places.ts';

export interface HomeAdmissionOptions {
  places: HomePlaces;
  /** Files listed from all homes together. */
  most: number;
  ran: RanPrograms;
  /** Paths that are listed now; asked for once, before the first file of a home is admitted. */
  listed: () => Iterable<string>;
}

/** Programs that lie in homes outside of install folders, and that somebody ran; the store implements it. */
export interface RanPrograms {
  ranPaths(): Iterable<string>;
  noteRan(path: string): void;
}

export const NOTHING_RAN: RanPrograms = { ranPaths: () => [], noteRan: () => undefined };

export type Admission = 'listed' | 'rolled-up' | 'home-limit';

export class HomeAdmission {
  readonly #options: HomeAdmissionOptions;
  readonly #ran: Set<string>;
  #admitted: Set<string> | undefined;

  constructor(options: HomeAdmissionOptions) {
    this.#options = options;
    this.#ran = new Set(options.ran.ranPaths());
  }

  /** Files of homes that are listed, or are being looked at to be listed. */
  get used(): number {
    return this.#admitted?.size ?? 0;
  }

  /** Counted in its tree and not listed. */
  isRolledUp(path: string): boolean {
    return this.#options.places.rollUpOf(path) !== undefined && !this.#ran.has(path);
  }

  /** An admitted file keeps its place until release(). */
  admit(path: string): Admission {
    if (!this.#options.places.isInHome(path)) return 'listed';
    if (this.isRolledUp(path)) return 'rolled-up';
    this.#admitted ??= this.#listedNow();
    if (this.#admitted.has(path)) return 'listed';
    if (this.#admitted.size >= this.#options.most) return 'home-limit';
    this.#admitted.add(path);
    return 'listed';
  }

  /** It is not listed after all: another file may have its place. */
  release(path: string): void {
    this.#admitted?.delete(path);
  }

  /** Nothing is at this path any more; what comes there next has not been run. */
  gone(path: string): void {
    this.release(path);
    this.#ran.delete(path);
  }

  /** Somebody ran this file: it is listed from now on, while it is there and there is room. */
  noteRan(path: string): void {
    if (this.#ran.has(path) || this.#ran.size >= this.#options.most) return;
    this.#ran.add(path);
    this.#options.ran.noteRan(path);
  }

  #listedNow(): Set<string> {
    const listed = new Set<string>();
    for (const path of this.#options.listed()) {
      if (listed.size >= this.#options.most) break;
      if (this.#options.places.isInHome(path) && !this.isRolledUp(path)) listed.add(path);
    }
    return listed;
  }
}
