/**
 * Decides what a path is and tells the sink: unchanged, another name of a known file, not an executable, gone, or
 * new and then hashed. At most one examination of a path is open, so that an older answer never follows a newer one.
 */
import { lstat } from 'node:fs/promises';
import { isInBundle } from '../evidence/bundle/bundle-place.ts';
import type { EnclosingBundles } from '../evidence/bundle/enclosing-bundles.ts';
import {
  evidenceOf,
  normalisedPath,
  sameBundle,
  sameOwnerAndPath,
  withBundle,
  withOwner,
} from '../evidence/file-evidence.ts';
import type { PackageOwner, PackageOwners } from '../evidence/package-owner.ts';
import type { FileContent } from '../hash/file-content.ts';
import type { FileHasher } from '../hash/file-hasher.ts';
import { reasonOf } from '../hash/safe-open.ts';
import { ConfirmedFiles } from './confirmed-files.ts';
import { FewPerTurn } from './few-per-turn.ts';
import {
  identityKey,
  identityOf,
  isContentElsewhere,
  sameIdentity,
  sameStateAtPath,
} from './file-identity.ts';
import { isStillAt } from './file-in-place.linux.ts';
import { FileReading, type ReadingOutcome } from './file-reading.ts';
import type { FirstReading } from './first-reading.ts';
import type { FileIdentity, FindingSink, FoundFile, KnownFiles } from './found-file.ts';
import type { HomeAdmission } from './home-admission.ts';
import { isWithin } from './is-within.ts';
import type { SkipLedger } from './skip-ledger.ts';

/**
 * 'again': it is changing, look when it has settled. 'held': hashed, but packages are being changed. 'folder': not
 * a file. 'gone': nothing is there. 'cancelled': the hasher was closed. 'rolled-up': counted with its tree only.
 * 'link': a symbolic link; nothing is at this path itself.
 * 'busy': it would have to be hashed, and the caller said not to begin that. 'put-off': hashing rests.
 */
export type Verdict =
  | 'executable'
  | 'not-executable'
  | 'held'
  | 'again'
  | 'skipped'
  | 'rolled-up'
  | 'folder'
  | 'link'
  | 'gone'
  | 'busy'
  | 'put-off'
  | 'cancelled';

export interface ExamineOptions {
  /** Hashed before what is not; and somebody else who has the path in hand is waited for. */
  urgent: boolean;
  /** False: nothing is to be waited for. Default true. */
  mayHash?: boolean;
  /** While hashing rests it is waited for, and not put off. Default false. */
  waitsForRest?: boolean;
}

export interface ExaminerOptions {
  hasher: FileHasher;
  known: KnownFiles;
  sink: FindingSink;
  ledger: SkipLedger;
  owners: PackageOwners;
  /** Of the package databases: what is hashed before its end waits for it. */
  firstReading: FirstReading;
  admission: HomeAdmission;
  bundles: EnclosingBundles;
  /** For the path rules. */
  homes: readonly string[];
  /** A file whose inode changed less than this many milliseconds ago is not hashed yet. */
  settleMs: number;
  /** The file was put off because hashing rests. */
  onPutOff(path: string): void;
  /** Milliseconds since 1970: what inode times are compared with. */
  wallMs(): number;
}

const LONGEST_PATH_BYTES = 4096;
const EXECUTE_BITS = 0o111n;
/** Some milliseconds, with the transaction that one of them fills. */
const MOST_TOLD_PER_TURN = 4;

export class FileExaminer {
  readonly #options: ExaminerOptions;
  readonly #inHand = new Map<string, Promise<Verdict>>();
  /** Paths in hand where nothing was a moment ago: what was hashed before that may be there no more. */
  readonly #wentMeanwhile = new Set<string>();
  readonly reading: FileReading;
  readonly #tellings = new FewPerTurn(MOST_TOLD_PER_TURN);
  /** Known files with which everything was well, so that the next pass need not ask the inventory. */
  readonly #confirmed = new ConfirmedFiles();
  /** Hashed files that wait for packages to settle, by path. */
  readonly #held = new Map<string, FileContent>();
  /** False while a change of packages has taken too long to be waited for. */
  holding = true;

  constructor(options: ExaminerOptions) {
    this.#options = options;
    this.reading = new FileReading(options.hasher, options.wallMs);
  }

  get held(): number {
    return this.#held.size;
  }

  /** Looks at what is at the path now. Never rejects. */
  async look(path: string, options: Omit<ExamineOptions, 'urgent'> = {}): Promise<Verdict> {
    const stats = await lstat(path, { bigint: true }).catch(reasonOf);
    if (typeof stats === 'string') {
      if (stats === 'unreadable') return this.#skip(path, stats);
      this.gone(path);
      return 'gone';
    }
    if (stats.isDirectory()) {
      this.gone(path);
      return 'folder';
    }
    if (!stats.isFile() || (stats.mode & EXECUTE_BITS) === 0n) {
      this.gone(path);
      return stats.isSymbolicLink() ? 'link' : 'not-executable';
    }
    if (isContentElsewhere(stats)) {
      if (this.#options.known.stateAt(path)) this.gone(path);
      return this.#skip(path, 'content-elsewhere');
    }
    return (await this.examine(path, identityOf(stats), { urgent: true, ...options })) ?? 'executable';
  }

  /** A regular file with an execute bit in this state. undefined at once: it is known and unchanged. */
  examine(path: string, identity: FileIdentity, options: ExamineOptions): Promise<Verdict> | undefined {
    const inHand = this.#inHand.get(path);
    if (inHand) return options.mayHash === false ? Promise.resolve('busy') : afterwards(inHand, options);
    const admission = this.#options.admission.admit(path);
    if (admission !== 'listed') return Promise.resolve(this.#refuse(path, admission));
    if (this.#isConfirmed(path, identity)) return undefined;
    const state = this.#options.known.stateAt(path);
    const kept = state && sameStateAtPath(state, identity) ? this.#options.known.byPath(path) : undefined;
    const known = kept && { ...kept, identity };
    const isRenumbered = state?.device !== identity.device;
    if (known && !isInBundle(path) && this.#options.firstReading.isOver) {
      this.#confirm(known, isRenumbered);
      return undefined;
    }
    const examined = known
      ? this.#confirmLater(known, isRenumbered)
      : this.#examineNew(path, identity, options);
    const ended = examined.finally(() => {
      this.#inHand.delete(path);
      this.#wentMeanwhile.delete(path);
    });
    this.#inHand.set(path, ended);
    return ended;
  }

  /** A regular file with an execute bit is there; whether it is an executable is not looked at. */
  async isCandidate(path: string): Promise<boolean> {
    const stats = await lstat(path, { bigint: true }).catch(() => undefined);
    return stats?.isFile() === true && (stats.mode & EXECUTE_BITS) !== 0n;
  }

  /** No executable is at the path. */
  gone(path: string): void {
    if (this.#inHand.has(path)) this.#wentMeanwhile.add(path);
    this.#held.delete(path);
    this.#confirmed.forget(path);
    this.#options.admission.gone(path);
    if (this.#options.ledger.forget(path) || this.#options.known.stateAt(path)) this.#options.sink.gone(path);
  }

  /** What the package database says now about a known file; the file itself is not touched. */
  withPresentOwner(file: FoundFile): FoundFile | undefined {
    const { owners, homes } = this.#options;
    const owner = owners.ownerOf(file.path);
    // The database that could not be read may be the one that owns it.
    if (owner === undefined && owners.state() === 'failed') return undefined;
    const evidence = withOwner({ ...file.evidence, path: normalisedPath(file.path, homes) }, owner);
    if (sameOwnerAndPath(evidence, file.evidence)) {
      this.#noteConfirmed(file.path, file.identity, owner);
      return undefined;
    }
    this.#confirmed.forget(file.path);
    return { ...file, evidence };
  }

  /** Packages have settled: everything that was held is looked at again, without being hashed again. */
  heldPaths(): string[] {
    return [...this.#held.keys()];
  }

  #refuse(path: string, why: 'rolled-up' | 'home-limit'): Verdict {
    if (why === 'rolled-up' || this.#options.known.stateAt(path)) this.gone(path);
    return why === 'rolled-up' ? why : this.#skip(path, why);
  }

  /** An earlier pass found the same state and the same owner, and the inventory had both. */
  #isConfirmed(path: string, identity: FileIdentity): boolean {
    const { ledger, owners } = this.#options;
    if (ledger.reasonOf(path) !== undefined) return false;
    return this.#confirmed.has(path, confirmedState(identity, owners.ownerOf(path)));
  }

  /** The inventory has this file in this state, with what the package databases say of it now. */
  #noteConfirmed(path: string, identity: FileIdentity, owner: PackageOwner | undefined): void {
    const { owners } = this.#options;
    // What a bundle says of a file in it is asked at each pass, and so is the owner that a database may yet name.
    if (isInBundle(path) || owners.unsettled() || (owner === undefined && owners.state() === 'failed'))
      return;
    this.#confirmed.add(path, confirmedState(identity, owner));
  }

  #confirm(known: FoundFile, isNews = false): void {
    const changed = this.#options.owners.unsettled() ? undefined : this.withPresentOwner(known);
    if (this.#options.ledger.forget(known.path) || changed || isNews)
      this.#options.sink.found(changed ?? known);
  }

  /** A bundle's names and version can change while a file in it stays as it was. */
  async #confirmLater({ path, identity }: FoundFile, isNews: boolean): Promise<Verdict> {
    await this.#options.firstReading.wait();
    const bundle = await this.#options.bundles.around(path);
    const kept = this.#options.known.byPath(path);
    if (!kept || !sameStateAtPath(kept.identity, identity)) return 'again';
    const evidence = bundle === 'failed' ? kept.evidence : withBundle(kept.evidence, bundle);
    this.#confirm({ ...kept, identity, evidence }, isNews || !sameBundle(evidence, kept.evidence));
    return 'executable';
  }

  async #examineNew(path: string, identity: FileIdentity, options: ExamineOptions): Promise<Verdict> {
    if (Buffer.byteLength(path.normalize('NFC')) > LONGEST_PATH_BYTES)
      return this.#skip(path, 'path-not-unicode');
    const inVain = this.reading.inVain(identity);
    if (inVain === 'not-executable') {
      this.gone(path);
      return 'not-executable';
    }
    const held = this.#held.get(path);
    if (held && sameIdentity(held.identity, identity)) return this.#emit(path, held);
    const twin = this.#options.known.byIdentity(identity);
    if (twin && (await isStillAt(path, identity)))
      return this.#emit(path, { ...twin.evidence, identity, format: twin.format });
    if (this.#changedJustNow(identity)) return 'again';
    if (!this.#options.known.takesNew() && !this.#options.known.stateAt(path))
      return this.#skip(path, 'state-full');
    if (inVain) return this.#skip(path, inVain);
    const { urgent, mayHash = true, waitsForRest = false } = options;
    if (!mayHash) return 'busy';
    const outcome = await this.reading.read(path, identity, { urgent, puttingOff: !waitsForRest });
    return outcome.kind === 'hashed' ? this.#emit(path, outcome.content) : this.#without(path, outcome);
  }

  /** Reading it came to nothing, or not yet. */
  #without(path: string, outcome: Exclude<ReadingOutcome, { kind: 'hashed' }>): Verdict {
    switch (outcome.kind) {
      case 'put-off':
        this.#options.onPutOff(path);
        return 'put-off';
      case 'cancelled':
        return 'cancelled';
      case 'other-name':
        return 'again';
      case 'not-executable':
        this.gone(path);
        return 'not-executable';
    }
    if (outcome.reason === 'vanished') {
      this.gone(path);
      return 'gone';
    }
    this.#skip(path, outcome.reason);
    return outcome.reason === 'changed-while-hashing' || outcome.reason === 'not-regular'
      ? 'again'
      : 'skipped';
  }

  async #emit(
    path: string,
    content: FileContent | (FoundFile['evidence'] & { identity: FileIdentity }),
  ): Promise<Verdict> {
    const { owners, firstReading, bundles, ledger, sink, homes, known } = this.#options;
    await firstReading.wait();
    await owners.look();
    await this.#tellings.turn();
    const around = await bundles.around(path);
    const bundle = around === 'failed' ? undefined : around;
    if (this.#wentMeanwhile.has(path)) return 'again';
    if (this.holding && this.#mayBePackaged(path) && owners.unsettled()) {
      this.#held.set(path, content as FileContent);
      this.#skip(path, 'package-database-busy');
      return 'held';
    }
    this.#held.delete(path);
    this.#confirmed.forget(path);
    ledger.forget(path);
    const { identity, format } = content;
    const owner = owners.ownerOf(path);
    const evidence = evidenceOf({ ...content, size: identity.size }, path, homes, { owner, bundle });
    sink.found({ path, identity, format, evidence });
    // A sink that is full, or fails, knows nothing of it; the next pass tells it again.
    const kept = known.stateAt(path);
    if (kept && sameIdentity(kept, identity)) this.#noteConfirmed(path, identity, owner);
    return 'executable';
  }

  #skip(path: string, reason: Parameters<SkipLedger['skip']>[1]): Verdict {
    // What is still listed, or will be once packages have settled, keeps its place.
    if (reason !== 'package-database-busy' && !this.#options.known.stateAt(path))
      this.#options.admission.release(path);
    this.#options.ledger.skip(path, reason);
    return 'skipped';
  }

  /** Homes and /usr/local belong to people; packages own the rest or could. */
  #mayBePackaged(path: string): boolean {
    return !isWithin(path, '/usr/local') && !this.#options.homes.some((home) => isWithin(path, home));
  }

  /** Inode times have the grain of a clock tick: a write right after such a time would not show in them. */
  #changedJustNow({ ctimeNs }: FileIdentity): boolean {
    const ageMs = this.#options.wallMs() - Number(BigInt(ctimeNs) / 1_000_000n);
    // A change "in the future" means that the clock was set back, and says nothing about rest.
    return ageMs >= 0 && ageMs < this.#options.settleMs * 0.8;
  }
}

/** Somebody else has the path in hand. A scan comes back to it later; a change waits, so that it is not asked for twice a second. */
async function afterwards(inHand: Promise<Verdict>, { urgent }: ExamineOptions): Promise<Verdict> {
  if (urgent) await inHand.catch(() => undefined);
  return 'again';
}

function confirmedState(identity: FileIdentity, owner: PackageOwner | undefined): string {
  const state = identityKey(identity);
  if (!owner) return state;
  const { manager, name, version, architecture, vendor, edition } = owner;
  return `${state}\0${manager}\0${name}\0${version}\0${architecture}\0${vendor}\0${edition}`;
}
