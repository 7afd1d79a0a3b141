/** What a benchmark is: flags in, figures out. `run-bench.ts` finds, runs and prints them. */

export interface Figure {
  value: number;
  /** For example `CPU ms / device`, `bytes`, `seconds`. */
  unit: string;
  /** Not to be exceeded; null when the figure is for comparison only. */
  target: number | null;
  /** null when there is no target, or when the size is too small to say (`scaled`). */
  holds: boolean | null;
}

export type Figures = Record<string, Figure>;

/** Flags as `--name value`; every one has a default, a unit in its meaning, and is a number. */
export type Flags = Record<string, { meaning: string; default: number }>;

export interface Bench {
  /** As it is asked for: `npm run bench -- NAME`. */
  name: string;
  /** One line. */
  about: string;
  flags: Flags;
  /** Values of flags for a run of seconds that CI does so that the benchmark cannot rot. */
  smoke: Record<string, number>;
  /** System packages it needs beyond what every test has: [program, Debian package]. */
  needs?: readonly (readonly [program: string, debianPackage: string])[];
  /** Rejects when what was measured turned out to be wrong: a figure of a wrong result is worth nothing. */
  run(flags: Record<string, number>, say: (progress: string) => void): Promise<Figures>;
}

/** A figure that is only printed beside others. */
export function plain(value: number, unit: string): Figure {
  return { value, unit, target: null, holds: null };
}

/** A figure with a bound. `scaled`: measured at another size than the target speaks of. */
export function bounded(value: number, unit: string, target: number, scaled = false): Figure {
  return { value, unit, target, holds: scaled ? null : value <= target };
}
