/**
 * From the file a process runs to its executable id: known from an earlier run, known to the inventory, or, for a
 * program outside the roots, identified now, one at a time and in the background. Such a program is *used but not
 * installed*: its evidence is kept, the inventory does not change.
 */
import { type ExecutableId, encodeEvidence, identifyEvidence } from '@fleetmeter/proto';
import type { FoundFile, KnownFiles, SkipReason } from '../watch/found-file.ts';
import type { ProgramFile, SampledProcess } from './sampled-process.ts';

/** Programs that may wait to be identified; beyond that they are asked for again at a later sample. */
const MOST_WAITING = 256;
/** Reasons that pass: the program is tried again after a later sample, this often. */
const PASSING: ReadonlySet<SkipReason> = new Set(['package-database-busy', 'changed-while-hashing']);
const MOST_TRIES = 100;
/** Programs remembered that nobody runs any more. */
const MOST_REMEMBERED = 20_000;

export interface ProgramNamesOptions {
  known: KnownFiles;
  /** Opens `openPath`, which names the content, and describes it as the file `rawPath`. */
  identify: (openPath: string, rawPath: string) => Promise<FoundFile | SkipReason>;
  /** Keeps the evidence of a program that is not installed. */
  keepUsed: (file: FoundFile) => ExecutableId;
  /** Names from an earlier run of the agent in the same boot. */
  remembered: Iterable<readonly [program: string, executableId: ExecutableId]>;
}

export class ProgramNames {
  readonly #options: ProgramNamesOptions;
  /** null = cannot be identified. */
  readonly #names = new Map<string, ExecutableId | null>();
  readonly #waiting = new Map<string, ProgramFile>();
  /** Programs of the newest sample and of the one before it, whose processes may just have ended. */
  #seen: ReadonlySet<string> = new Set();
  #seenBefore: ReadonlySet<string> = new Set();
  #lastSeen: readonly SampledProcess[] = [];
  /** Every program of the newest sample has its name, or has none for ever. */
  #allNamed = false;
  readonly #tries = new Map<string, number>();
  #working = false;
  #ready = false;
  /** Programs that could not be identified since the agent started. */
  unidentifiable = 0;

  constructor(options: ProgramNamesOptions) {
    this.#options = options;
    for (const [program, executableId] of options.remembered) this.#names.set(program, executableId);
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  /** Undefined while a name may still come; null when none will, also for what nobody runs or waits for. */
  nameOf = (program: string): ExecutableId | null | undefined => {
    const name = this.#names.get(program);
    if (name !== undefined || this.#isPending(program)) return name;
    return null;
  };

  #isPending(program: string): boolean {
    return this.#waiting.has(program) || this.#seen.has(program) || this.#seenBefore.has(program);
  }

  /** Whether it is a program that was found, and not only one that somebody runs. */
  isListed(program: ProgramFile): boolean {
    return this.#names.get(program.key) != null || this.#lookUp(program) !== undefined;
  }

  /** Looks up the programs of a sample and begins to identify what is unknown. */
  see(processes: readonly SampledProcess[]): void {
    this.#seenBefore = this.#seen;
    // Nearly always nothing has begun or ended.
    if (this.#allNamed && processes === this.#lastSeen) return;
    this.#lastSeen = processes;
    this.#seen = new Set(processes.map(({ program }) => program.key));
    this.#allNamed = true;
    for (const { program } of processes) {
      if (this.#names.has(program.key)) continue;
      const name = this.#lookUp(program);
      if (name !== undefined) {
        this.#names.set(program.key, name);
        continue;
      }
      this.#allNamed = false;
      if (this.#waiting.size < MOST_WAITING || this.#waiting.has(program.key))
        this.#waiting.set(program.key, program);
    }
    if (this.#names.size > MOST_REMEMBERED) this.#forgetUnseen();
    this.#work();
  }

  /** The first full scan is over: what is still unknown will not come from it, so identifying may begin. */
  ready(): void {
    this.#ready = true;
    this.#work();
  }

  #lookUp({ identity, path }: ProgramFile): ExecutableId | undefined {
    const { byPath, byIdentity } = this.#options.known;
    const atPath = byPath.call(this.#options.known, path);
    const file =
      atPath && sameContent(atPath, identity) ? atPath : byIdentity.call(this.#options.known, identity);
    return file && identifyEvidence(encodeEvidence(file.evidence)).executableId;
  }

  #work(): void {
    if (this.#working || !this.#ready) return;
    void this.#workOff();
  }

  async #workOff(): Promise<void> {
    this.#working = true;
    for (const [key, program] of this.#waiting) {
      const name = await this.#identify(program);
      if (name === undefined && (this.#tries.get(key) ?? 0) < MOST_TRIES) {
        this.#tries.set(key, (this.#tries.get(key) ?? 0) + 1);
        continue;
      }
      this.#names.set(key, name ?? null);
      if (!name) this.unidentifiable++;
      this.#waiting.delete(key);
      this.#tries.delete(key);
    }
    this.#working = false;
  }

  /** Undefined: not now. Null: never. */
  async #identify(program: ProgramFile): Promise<ExecutableId | null | undefined> {
    const { identify, keepUsed } = this.#options;
    try {
      const known = this.#lookUp(program);
      if (known) return known;
      let file = await identify(program.openPath, program.path);
      // The process runs something else since, or another one has its number.
      if (typeof file !== 'string' && !sameContent(file, program.identity)) file = 'vanished';
      // The process ended meanwhile; its program may still be where it was, and be the same.
      if (file === 'vanished') {
        const onDisk = await identify(program.path, program.path);
        if (typeof onDisk === 'string' || sameContent(onDisk, program.identity)) file = onDisk;
      }
      if (typeof file !== 'string') return keepUsed(file);
      return PASSING.has(file) ? undefined : null;
    } catch {
      return undefined;
    }
  }

  #forgetUnseen(): void {
    for (const key of this.#names.keys())
      if (!this.#seen.has(key) && !this.#seenBefore.has(key)) this.#names.delete(key);
  }
}

function sameContent(file: FoundFile, identity: ProgramFile['identity']): boolean {
  const known = file.identity;
  return (
    known.inode === identity.inode &&
    known.device === identity.device &&
    known.size === identity.size &&
    known.mtimeNs === identity.mtimeNs
  );
}
