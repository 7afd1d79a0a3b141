/** Folders that finding and metering stay off because somebody said so. Pure. */
import { isWithin } from './is-within.ts';

export interface FolderWishes {
  /** Nothing below these. Real paths, absolute. */
  excluded: readonly string[];
  /** Nothing outside these; undefined: no such bound. Real paths, absolute. */
  atMost?: readonly string[] | undefined;
}

export class FolderLimits {
  readonly #wishes: FolderWishes;

  constructor(wishes: FolderWishes) {
    this.#wishes = wishes;
  }

  forbids(path: string): boolean {
    const { atMost } = this.#wishes;
    return this.excludes(path) || (atMost !== undefined && !atMost.some((folder) => isWithin(path, folder)));
  }

  /** Said to be stayed off. What merely lies outside all that may be looked at may be on the way to that. */
  excludes(path: string): boolean {
    return this.#wishes.excluded.some((folder) => isWithin(path, folder));
  }

  /** The parts of this tree that may be looked at: itself, folders inside it, or nothing. */
  allowedPartsOf(root: string): string[] {
    const { excluded, atMost } = this.#wishes;
    const parts =
      atMost === undefined || atMost.some((folder) => isWithin(root, folder))
        ? [root]
        : atMost.filter((folder) => isWithin(folder, root));
    return parts.filter((part) => !excluded.some((folder) => isWithin(part, folder)));
  }
}

export const NO_FOLDER_LIMITS = new FolderLimits({ excluded: [] });
