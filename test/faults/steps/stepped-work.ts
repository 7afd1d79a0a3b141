/** How the program ended: of what it wrote all is there, or only what was synced. */
export type Crash = 'killed' | 'power cut';

/** A piece of work that is killed at each of its steps, and what must hold of its folder afterwards. */
export interface SteppedWork {
  /** Makes the folder as an earlier start left it: then its own steps are not among those that are tried. */
  prepare(folder: string): Promise<void>;
  /** Does it, and says each thing once it may be relied on. */
  run(folder: string, say: (word: string) => void): Promise<void>;
  /** What is wrong with the folder after this crash, when this was said; nothing when all is well. */
  faults(folder: string, said: readonly string[], crash: Crash): Promise<string[]>;
}
