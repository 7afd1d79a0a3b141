/**
 * Owners of files on Windows: the product that put the file there, when Windows Installer did, else the program whose
 * folder is the innermost around it. Node reads no registry, so `reg.exe` is asked, once for each load; the registry
 * has no time of change, so a load is worth it again after an hour. Tried with published outputs; not run on Windows.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { PackageDatabaseStatus, PackageOwner, PackageOwners } from '../package-owner.ts';
import { MergedFolders } from './merged-usr.ts';
import { PackageTable } from './package-table.ts';
import { linesIn } from './text-lines.ts';
import { COMPONENTS_KEY, keyFiles, UNINSTALL_KEYS, uninstallEntry } from './uninstall-entries.ts';
import { EDITION_KEYS, editionEntry } from './windows-editions.ts';
import { type RegistryKey, RegistryReading } from './windows-registry.ts';

const RELOAD_AFTER_MS = 3_600_000;
const MOST_FOLDERS = 20_000;

export interface WindowsOwnersOptions {
  /** Parts of what `reg query KEY /s` prints. */
  query?: (key: string) => AsyncIterable<string>;
  /** Monotonic milliseconds. */
  nowMs?: () => number;
}

/** By folder, in small letters and with the stroke at its end. */
type Folders = Map<string, PackageOwner>;

interface Loaded {
  table: PackageTable;
  folders: Folders;
  /** Of products that say which edition they are: Windows Installer put them there as well, and does not know. */
  editions: Folders;
}

export class WindowsPackageOwners implements PackageOwners {
  readonly #query: (key: string) => AsyncIterable<string>;
  readonly #nowMs: () => number;
  #loaded: Loaded | undefined;
  #state: 'loaded' | 'absent' | 'failed' = 'absent';
  #reason: string | undefined;
  #reloadAtMs = Number.NEGATIVE_INFINITY;

  constructor(options: WindowsOwnersOptions = {}) {
    this.#query = options.query ?? registryQuery;
    this.#nowMs = options.nowMs ?? (() => performance.now());
  }

  state(): 'loaded' | 'absent' | 'failed' {
    return this.#state;
  }

  /** Names of files are told apart by their letters only, whatever their case. */
  ownerOf(path: string): PackageOwner | undefined {
    if (!this.#loaded) return undefined;
    const asked = path.toLowerCase();
    const { table, folders, editions } = this.#loaded;
    return innermost(editions, asked) ?? table.ownerOf(asked) ?? innermost(folders, asked);
  }

  look(): undefined {}

  unsettled(): boolean {
    return false;
  }

  worthLoading(): boolean {
    return this.#nowMs() >= this.#reloadAtMs;
  }

  async load(): Promise<void> {
    this.#reloadAtMs = this.#nowMs() + RELOAD_AFTER_MS;
    try {
      this.#loaded = await this.#read();
      this.#state = 'loaded';
      this.#reason = undefined;
    } catch (error) {
      this.#state = this.#loaded ? 'loaded' : 'failed';
      this.#reason = error instanceof Error ? error.message : String(error);
    }
  }

  databases(): PackageDatabaseStatus[] {
    const { packages = 0, paths = 0, leftOut = 0 } = this.#loaded?.table ?? {};
    const reason = this.#reason;
    return [{ manager: 'windows', state: this.#state, packages, paths, leftOut, ...(reason && { reason }) }];
  }

  async #read(): Promise<Loaded> {
    const table = new PackageTable(new MergedFolders());
    const [folders, editions]: [Folders, Folders] = [new Map(), new Map()];
    const products = new Map<string, number>();
    for (const key of EDITION_KEYS)
      for await (const entry of this.#keys(key, table)) {
        const product = editionEntry(entry);
        if (product && table.addPackage(product.owner) !== undefined)
          addFolder(editions, product.folder, product.owner, table);
      }
    for (const key of UNINSTALL_KEYS)
      for await (const entry of this.#keys(key, table)) {
        const program = uninstallEntry(entry);
        const number = program && table.addPackage(program.owner);
        if (number === undefined) continue;
        if (program?.productCode && !products.has(program.productCode))
          products.set(program.productCode, number);
        if (program?.folder) addFolder(folders, program.folder, program.owner, table);
      }
    for await (const component of this.#keys(COMPONENTS_KEY, table))
      for (const { path, productCode } of keyFiles(component)) {
        const number = products.get(productCode);
        if (number !== undefined) table.addPath(path.toLowerCase(), number);
      }
    table.complete();
    return { table, folders, editions };
  }

  async *#keys(key: string, table: PackageTable): AsyncGenerator<RegistryKey> {
    const leaveOut = (): void => table.leaveOut();
    const reading = new RegistryReading(leaveOut);
    for await (const lines of linesIn(this.#query(key), leaveOut))
      for (const line of lines) {
        const ended = reading.line(line);
        if (ended) yield ended;
      }
    const last = reading.end();
    if (last) yield last;
  }
}

function innermost(folders: Folders, path: string): PackageOwner | undefined {
  for (let end = path.lastIndexOf('\\'); end > 2; end = path.lastIndexOf('\\', end - 1)) {
    const owner = folders.get(path.slice(0, end + 1));
    if (owner) return owner;
  }
  return undefined;
}

/** The first that says it is there has the folder. */
function addFolder(folders: Folders, folder: string, owner: PackageOwner, table: PackageTable): void {
  if (folders.has(folder)) return;
  if (folders.size < MOST_FOLDERS) folders.set(folder, owner);
  else table.leaveOut();
}

/** In UTF-8: what reg.exe prints is in the code page of its console. A key that is not there prints nothing. */
async function* registryQuery(key: string): AsyncGenerator<string> {
  const child = spawn('cmd.exe', ['/d', '/s', '/c', `"chcp 65001 >nul & reg.exe query "${key}" /s"`], {
    stdio: ['ignore', 'pipe', 'ignore'],
    windowsHide: true,
    windowsVerbatimArguments: true,
  });
  const ended = once(child, 'close');
  // That it could not be started is told below, where it is waited for.
  ended.catch(() => undefined);
  child.stdout.setEncoding('utf8');
  try {
    yield* child.stdout as AsyncIterable<string>;
  } finally {
    child.kill();
    await ended;
  }
}
