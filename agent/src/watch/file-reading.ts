/**
 * Has files hashed: once for all hard links of an inode that ask at the same time, and not again what was read in vain. What follows for
 * a path from what came of it is decided elsewhere.
 */
import { isBeyondLimits } from '../evidence/file-evidence.ts';
import type { FileContent, HashOutcome } from '../hash/file-content.ts';
import type { FileHasher, HashOptions } from '../hash/file-hasher.ts';
import { identityKey } from './file-identity.ts';
import type { FileIdentity } from './found-file.ts';
import { ReadInVain } from './read-in-vain.ts';

/** 'other-name': another path of the same inode was read, and what stopped it need not stop this one. */
export type ReadingOutcome = HashOutcome | { kind: 'other-name' };

export class FileReading {
  readonly #hasher: Pick<FileHasher, 'hash'>;
  readonly #wallMs: () => number;
  readonly #inVain = new ReadInVain();
  readonly #open = new Map<string, Promise<HashOutcome>>();
  vanished = 0;
  changedWhileHashing = 0;
  /** See FinderStatus. */
  beyondLimits = 0;

  /** `wallMs`: milliseconds since 1970. */
  constructor(hasher: Pick<FileHasher, 'hash'>, wallMs: () => number) {
    this.#hasher = hasher;
    this.#wallMs = wallMs;
  }

  /** What reading this state of the inode came to earlier, if it is not worth doing again. */
  inVain(identity: FileIdentity): 'not-executable' | 'too-large' | undefined {
    const key = identityKey(identity);
    if (this.#inVain.isOther(key)) return 'not-executable';
    return this.#inVain.tookTooLong(key, this.#wallMs()) ? 'too-large' : undefined;
  }

  async read(
    path: string,
    identity: FileIdentity,
    options: Omit<HashOptions, 'bytes'>,
  ): Promise<ReadingOutcome> {
    const key = identityKey(identity);
    const open = this.#open.get(key);
    if (open) {
      const outcome = await open;
      const saysAll = outcome.kind === 'hashed' || outcome.kind === 'not-executable';
      return saysAll ? outcome : { kind: 'other-name' };
    }
    const reading = this.#hasher
      .hash(path, { ...options, bytes: identity.size })
      .finally(() => this.#open.delete(key));
    this.#open.set(key, reading);
    const outcome = await reading;
    this.#note(key, outcome);
    return outcome;
  }

  #note(key: string, outcome: HashOutcome): void {
    if (outcome.kind === 'hashed') this.#count(outcome.content);
    else if (outcome.kind === 'not-executable') this.#inVain.noteOther(identityKey(outcome.identity));
    else if (outcome.kind === 'skipped') {
      if (outcome.reason === 'vanished') this.vanished++;
      if (outcome.reason === 'changed-while-hashing') this.changedWhileHashing++;
      if (outcome.reason === 'too-large') this.#inVain.noteTooLong(key, this.#wallMs());
    }
  }

  #count(content: FileContent): void {
    if (isBeyondLimits(content)) this.beyondLimits++;
  }
}
