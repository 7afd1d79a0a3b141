/**
 * Which Debian package owns a file, from dpkg's database as it lies on the disk; `dpkg-query` is not started.
 *
 * `status` names packages and versions, `info/*.list` their files, `diversions` the files that one package moved
 * aside for another. Lists may say /bin/x where the file is /usr/bin/x (merged /usr): paths are compared after
 * top-level links have been resolved. In memory: 12 to 24 bytes for each path of each list, no path itself.
 */
import { readlinkSync, statSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { dpkgAtWork } from './dpkg-activity.ts';
import { type Diversion, diversionsOf, installedPackages, stanzasOf } from './dpkg-status.ts';
import type { PackageOwner, PackageOwners } from './package-owner.ts';
import { PathIndex } from './path-index.ts';

/** The event loop gets its turn after this many milliseconds of parsing. */
const SLICE_MS = 5;
/** Paths of all lists beyond this number are not indexed; their files count as unowned. */
const MOST_PATHS = 8_000_000;
/** Folders at the top that a merged /usr makes links of. */
const ALIASED_FOLDERS = ['bin', 'sbin', 'lib', 'lib32', 'lib64', 'libx32', 'libo32'];

export interface DpkgOptions {
  /** Default /var/lib/dpkg. */
  folder?: string;
  /** Where the paths of the lists begin. Default /. */
  fileSystemRoot?: string;
  /** Monotonic milliseconds. */
  nowMs?: () => number;
  /** An answer of unsettled() is used again for this long. Default 100. */
  recheckMs?: number;
  /** `status` has come to rest after this many milliseconds without a change. Default 500. */
  quietMs?: number;
}

interface Loaded {
  packages: PackageOwner[];
  index: PathIndex;
  /** Owners of the few paths that diversions move, all of them. */
  diverted: Map<string, PackageOwner[]>;
  diversionsFrom: Map<string, Diversion>;
  diversionsTo: Map<string, Diversion>;
  statusVersion: string | undefined;
}

export class DpkgPackageOwners implements PackageOwners {
  readonly #folder: string;
  readonly #root: string;
  readonly #nowMs: () => number;
  readonly #recheckMs: number;
  readonly #quietMs: number;
  #aliases = new Map<string, string>();
  #loaded: Loaded | undefined;
  #state: 'loaded' | 'absent' | 'failed' = 'absent';
  /** Version of `status` as last looked at, and since when it is that. */
  #lastSeen: { version: string | undefined; sinceMs: number } = { version: undefined, sinceMs: 0 };
  #unsettled = { answer: false, untilMs: Number.NEGATIVE_INFINITY };

  constructor(options: DpkgOptions = {}) {
    this.#folder = options.folder ?? '/var/lib/dpkg';
    this.#root = options.fileSystemRoot ?? '/';
    this.#nowMs = options.nowMs ?? (() => performance.now());
    this.#recheckMs = options.recheckMs ?? 100;
    this.#quietMs = options.quietMs ?? 500;
  }

  state(): 'loaded' | 'absent' | 'failed' {
    return this.#state;
  }

  ownerOf(path: string): PackageOwner | undefined {
    const loaded = this.#loaded;
    if (!loaded) return undefined;
    const asked = this.#unaliased(this.#withinRoot(path));
    const aside = loaded.diversionsTo.get(asked);
    if (aside) return loaded.diverted.get(aside.from)?.find((owner) => owner.name !== aside.by);
    const inPlace = loaded.diversionsFrom.get(asked);
    if (inPlace) return loaded.diverted.get(asked)?.find((owner) => owner.name === inPlace.by);
    const number = loaded.index.get(asked);
    return number === undefined ? undefined : loaded.packages[number];
  }

  unsettled(): boolean {
    const nowMs = this.#nowMs();
    if (nowMs >= this.#unsettled.untilMs)
      this.#unsettled = {
        answer: dpkgAtWork(this.#folder) || this.#statusVersion() !== this.#loaded?.statusVersion,
        untilMs: nowMs + this.#recheckMs,
      };
    return this.#unsettled.answer;
  }

  worthLoading(): boolean {
    const nowMs = this.#nowMs();
    const version = this.#statusVersion();
    if (version !== this.#lastSeen.version) this.#lastSeen = { version, sinceMs: nowMs };
    if (version === this.#loaded?.statusVersion || dpkgAtWork(this.#folder)) return false;
    return nowMs - this.#lastSeen.sinceMs >= this.#quietMs;
  }

  async load(): Promise<void> {
    this.#unsettled.untilMs = Number.NEGATIVE_INFINITY;
    try {
      this.#aliases = this.#readAliases();
      this.#loaded = await this.#read();
      this.#state = 'loaded';
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT' && this.#statusVersion() === undefined) {
        this.#loaded = undefined;
        this.#state = 'absent';
      } else this.#state = this.#loaded ? 'loaded' : 'failed';
    }
  }

  async #read(): Promise<Loaded> {
    // Taken first: a change during the reading leaves another version behind, and unsettled() says so.
    const statusVersion = this.#statusVersion();
    const turn = new TurnTaker(this.#nowMs);
    const stanzas: string[] = [];
    for (const stanza of stanzasOf(await readFile(join(this.#folder, 'status'), 'utf8'))) {
      stanzas.push(stanza);
      await turn.perhaps();
    }
    const byName = installedPackages(stanzas);
    const diversions = await this.#diversions();
    const loaded: Loaded = {
      packages: [],
      index: new PathIndex(),
      diverted: new Map(diversions.map((diversion) => [diversion.from, []])),
      diversionsFrom: new Map(diversions.map((diversion) => [diversion.from, diversion])),
      diversionsTo: new Map(diversions.map((diversion) => [diversion.to, diversion])),
      statusVersion,
    };
    const lists = (await readdir(join(this.#folder, 'info'))).filter((name) => name.endsWith('.list')).sort();
    for (const list of lists) {
      const owner = byName.get(list.slice(0, -'.list'.length));
      if (owner) await this.#addList(loaded, owner, list, turn);
    }
    return loaded;
  }

  async #addList(loaded: Loaded, owner: PackageOwner, list: string, turn: TurnTaker): Promise<void> {
    const number = loaded.packages.push(owner) - 1;
    const text = await readFile(join(this.#folder, 'info', list), 'utf8');
    for (let start = 0; start < text.length; ) {
      const newline = text.indexOf('\n', start);
      const end = newline < 0 ? text.length : newline;
      const path = this.#unaliased(text.slice(start, end));
      if (loaded.index.size < MOST_PATHS) loaded.index.add(path, number);
      loaded.diverted.get(path)?.push(owner);
      start = end + 1;
      await turn.perhaps();
    }
  }

  async #diversions(): Promise<Diversion[]> {
    const text = await readFile(join(this.#folder, 'diversions'), 'utf8').catch(() => '');
    return diversionsOf(text).map(({ from, to, by }) => ({
      from: this.#unaliased(from),
      to: this.#unaliased(to),
      by,
    }));
  }

  #readAliases(): Map<string, string> {
    const aliases = new Map<string, string>();
    for (const name of ALIASED_FOLDERS) {
      try {
        const target = readlinkSync(join(this.#root, name));
        aliases.set(`/${name}`, posix.resolve('/', target));
      } catch {
        // Not a link, or not there: no alias.
      }
    }
    return aliases;
  }

  #withinRoot(path: string): string {
    return this.#root !== '/' && path.startsWith(`${this.#root}/`) ? path.slice(this.#root.length) : path;
  }

  #unaliased(path: string): string {
    // Nearly every path is below /usr, which is no alias.
    if (path.startsWith('/usr/')) return path;
    const slash = path.indexOf('/', 1);
    const target = slash > 0 ? this.#aliases.get(path.slice(0, slash)) : undefined;
    return target === undefined ? path : target + path.slice(slash);
  }

  #statusVersion(): string | undefined {
    try {
      const { ino, size, mtimeNs } = statSync(join(this.#folder, 'status'), { bigint: true });
      return `${ino}:${size}:${mtimeNs}`;
    } catch {
      return undefined;
    }
  }
}

/** Gives the event loop its turn when a slice of time is used up. */
class TurnTaker {
  readonly #nowMs: () => number;
  #sinceMs: number;
  #calls = 0;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
    this.#sinceMs = nowMs();
  }

  /** undefined, so that awaiting costs a microtask only, unless it is time. */
  perhaps(): Promise<void> | undefined {
    if (++this.#calls % 64 !== 0 || this.#nowMs() - this.#sinceMs < SLICE_MS) return undefined;
    return nextTurn().then(() => {
      this.#sinceMs = this.#nowMs();
    });
  }
}
