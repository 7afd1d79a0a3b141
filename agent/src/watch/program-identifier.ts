/** Names a program that runs from somewhere outside the roots. It is used, not installed: the sink hears nothing. */
import { stat } from 'node:fs/promises';
import type { EnclosingBundles } from '../evidence/bundle/enclosing-bundles.ts';
import { evidenceOf } from '../evidence/file-evidence.ts';
import { IN_CONTAINER, type PackageOwners } from '../evidence/package-owner.ts';
import type { FileHasher } from '../hash/file-hasher.ts';
import { reasonOf } from '../hash/safe-open.ts';
import { hasOtherRoot } from './container-root.linux.ts';
import { identityKey, identityOf } from './file-identity.ts';
import type { FirstReading } from './first-reading.ts';
import type { FileIdentity, FoundFile, KnownFiles, SkipReason } from './found-file.ts';
import type { MountTable } from './mount-table.ts';

export interface IdentifierOptions {
  hasher: FileHasher;
  known: KnownFiles;
  owners: PackageOwners;
  firstReading: FirstReading;
  bundles: EnclosingBundles;
  homes: readonly string[];
  mounts(): MountTable;
}

/** Programs outside the roots that are remembered, so that sampling one again costs a stat and no hashing. */
const MOST_REMEMBERED = 1000;
/** What the kernel writes behind the name of a program file that has been deleted or replaced. */
const DELETED = ' (deleted)';

export class ProgramIdentifier {
  readonly #options: IdentifierOptions;
  readonly #remembered = new Map<string, FoundFile>();

  constructor(options: IdentifierOptions) {
    this.#options = options;
  }

  /** `openPath`: /proc/PID/exe. `rawPath`: where that link says the program is. */
  async identify(openPath: string, rawPath: string): Promise<FoundFile | SkipReason> {
    if (this.#options.mounts().isForbidden(rawPath)) return 'excluded-folder';
    if (this.#options.mounts().excludes(rawPath)) return 'excluded-file-system';
    const stats = await stat(openPath, { bigint: true }).catch(reasonOf);
    if (typeof stats === 'string') return stats;
    if (!stats.isFile()) return 'not-regular';
    const isDeleted = stats.nlink === 0n;
    const path = rawPath.endsWith(DELETED) && isDeleted ? rawPath.slice(0, -DELETED.length) : rawPath;
    const identity = identityOf(stats);
    // Programs take other folders for `/` to confine themselves as well, and theirs may have been replaced meanwhile.
    const inContainer = !isDeleted && (await hasOtherRoot(openPath));
    const key = `${identityKey(identity)} ${inContainer} ${path}`;
    const file = this.#remembered.get(key) ?? (await this.#hashed(openPath, path, identity, inContainer));
    if (typeof file !== 'string') this.#remember(key, file);
    return file;
  }

  async #hashed(
    openPath: string,
    path: string,
    identity: FileIdentity,
    inContainer: boolean,
  ): Promise<FoundFile | SkipReason> {
    const twin = this.#options.known.byIdentity(identity);
    if (twin) return this.#file(path, identity, { ...twin.evidence, format: twin.format });
    const outcome = await this.#options.hasher.hash(openPath, { alsoAtRest: true, followLink: true });
    switch (outcome.kind) {
      case 'hashed':
        return this.#file(path, outcome.content.identity, outcome.content, inContainer);
      case 'skipped':
        return outcome.reason;
      case 'cancelled':
      case 'put-off':
        return 'vanished';
      case 'not-executable':
        // The kernel ran it, so it has a format of its own (binfmt_misc): nothing of the closed list.
        return 'not-regular';
    }
  }

  async #file(
    path: string,
    identity: FileIdentity,
    content: Omit<Parameters<typeof evidenceOf>[0], 'size'>,
    inContainer = false,
  ): Promise<FoundFile> {
    const { homes, owners, firstReading, bundles } = this.#options;
    // In a container the same path is another file, and this system's packages and bundles do not have it.
    const here = await stat(path, { bigint: true }).then(identityOf, () => undefined);
    const isHere = here !== undefined && identityKey(here) === identityKey(identity);
    if (isHere) await firstReading.wait();
    const owner = isHere ? owners.ownerOf(path) : inContainer ? IN_CONTAINER : undefined;
    const around = isHere ? await bundles.around(path) : undefined;
    const bundle = around === 'failed' ? undefined : around;
    const evidence = evidenceOf({ ...content, size: identity.size }, path, homes, { owner, bundle });
    return { path, identity, format: content.format, evidence };
  }

  #remember(key: string, file: FoundFile): void {
    this.#remembered.delete(key);
    this.#remembered.set(key, file);
    if (this.#remembered.size <= MOST_REMEMBERED) return;
    for (const oldest of this.#remembered.keys()) {
      this.#remembered.delete(oldest);
      break;
    }
  }
}
