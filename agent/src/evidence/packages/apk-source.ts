/**
 * Which Alpine package owns a file, from apk's list of what is installed; `apk` is not started. A package is a
 * paragraph of lines `letter:value`: P name, V version, A architecture, m maintainer, then F a folder and R each file
 * in it.
 */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { PackageOwner } from '../package-owner.ts';
import { anyLocked } from './file-locks.ts';
import { fileVersion } from './file-version.ts';
import type { PackageSource } from './package-source.ts';
import type { PackageTable } from './package-table.ts';
import { linesOf } from './text-lines.ts';
import type { TurnTaker } from './turn-taker.ts';
import { withoutMailAddress } from './vendor-name.ts';

/** Where /lib is no link into /usr, and where it is one or apk has moved already. */
const FILES = ['/lib/apk/db/installed', '/usr/lib/apk/db/installed'];

export class ApkSource implements PackageSource {
  readonly manager = 'apk';
  readonly folders: readonly string[];
  readonly #files: readonly string[];

  constructor(files: readonly string[] = FILES) {
    this.#files = files;
    this.folders = files.map((file) => dirname(file));
  }

  version(): string | undefined {
    const file = this.#file();
    return file && fileVersion(file);
  }

  atWork(): Promise<boolean> {
    return anyLocked(this.folders.map((folder) => join(folder, 'lock')));
  }

  async read(table: PackageTable, turn: TurnTaker): Promise<void> {
    const reading = new ApkReading(table);
    for await (const lines of linesOf(this.#file() ?? '', () => table.leaveOut())) {
      for (const line of lines) reading.line(line);
      await turn.ifDue();
    }
  }

  #file(): string | undefined {
    return this.#files.find((file) => existsSync(file));
  }
}

/** One line after the other. Never throws. */
export class ApkReading {
  readonly #table: PackageTable;
  #fields = new Map<string, string>();
  /** undefined: not told yet, or the paragraph names no package. */
  #number: number | undefined;
  #folder: string | undefined;

  constructor(table: PackageTable) {
    this.#table = table;
  }

  line(line: string): void {
    if (line === '') this.#endOfPackage();
    if (line[1] !== ':') return;
    const [letter, value] = [line[0] as string, line.slice(2)];
    if (letter === 'F') this.#enter(value);
    else if (letter === 'R') this.#file(value);
    else if ('PVAm'.includes(letter)) this.#fields.set(letter, value);
  }

  #endOfPackage(): void {
    this.#fields = new Map();
    this.#number = undefined;
    this.#folder = undefined;
  }

  /** Folders come after the fields that name the package. */
  #enter(folder: string): void {
    if (this.#folder === undefined) {
      const owner = apkOwner(this.#fields);
      this.#number = owner && this.#table.addPackage(owner);
      if (!owner) this.#table.leaveOut();
    }
    this.#folder = folder;
  }

  #file(name: string): void {
    if (this.#number === undefined || name === '') return;
    this.#table.addPath(this.#folder ? `/${this.#folder}/${name}` : `/${name}`, this.#number);
  }
}

function apkOwner(fields: Map<string, string>): PackageOwner | undefined {
  const [name, version] = [fields.get('P'), fields.get('V')];
  if (!name || !version) return undefined;
  const vendor = withoutMailAddress(fields.get('m'));
  return { manager: 'apk', name, version, architecture: fields.get('A') || undefined, vendor };
}
