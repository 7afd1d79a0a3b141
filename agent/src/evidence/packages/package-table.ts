/**
 * What a package database was found to hold: packages, and for each path the first package that has it. Paths are
 * not kept themselves (path-index.ts), and no text of a package holds on to the file that it was cut from.
 */
import type { PackageOwner } from '../package-owner.ts';
import type { MergedFolders } from './merged-usr.ts';
import { PathIndex } from './path-index.ts';

/** 16 to 32 bytes of memory for each. */
const MOST_PATHS = 1_000_000;
const MOST_PACKAGES = 100_000;
/** Longer texts make no name or version; 1,024 bytes is what evidence takes. */
const LONGEST_TEXT = 1024;

export class PackageTable {
  readonly #merged: MergedFolders;
  readonly #packages: PackageOwner[] = [];
  readonly #index = new PathIndex();
  /** One copy of each text: vendors and architectures repeat. Emptied when the table is complete. */
  readonly #texts = new Map<string, string>();
  #leftOut = 0;

  constructor(merged: MergedFolders) {
    this.#merged = merged;
  }

  get packages(): number {
    return this.#packages.length;
  }

  get paths(): number {
    return this.#index.size;
  }

  get leftOut(): number {
    return this.#leftOut;
  }

  /** About so many are about to be added: the index need not grow step by step. */
  expectPaths(count: number): void {
    this.#index.expect(count);
  }

  /** The number under which paths are added; undefined: beyond a limit, and counted. */
  addPackage(owner: PackageOwner): number | undefined {
    const { manager, name, version, architecture, vendor, edition } = owner;
    const tooLong = [name, version].some((text) => text.length > LONGEST_TEXT);
    if (tooLong || this.#packages.length >= MOST_PACKAGES) {
      this.leaveOut();
      return undefined;
    }
    const kept: PackageOwner = { manager, name: this.#own(name), version: this.#own(version) };
    kept.architecture = this.#own(architecture);
    kept.vendor = this.#own(vendor);
    kept.edition = this.#own(edition);
    return this.#packages.push(kept) - 1;
  }

  /** An absolute path. The first package that has it stays its owner. */
  addPath(path: string, packageNumber: number): void {
    const bytes = Buffer.from(this.#merged.place(path));
    this.#add(bytes, 0, bytes.length, packageNumber);
  }

  /** The same of a path in UTF-8. */
  addPathBytes(bytes: Buffer, start: number, end: number, packageNumber: number): void {
    if (this.#merged.keepsInPlace(bytes, start)) this.#add(bytes, start, end, packageNumber);
    else this.addPath(bytes.toString('utf8', start, end), packageNumber);
  }

  #add(bytes: Buffer, start: number, end: number, packageNumber: number): void {
    if (this.#index.size < MOST_PATHS) this.#index.add(bytes, start, end, packageNumber);
    else this.leaveOut();
  }

  /** Something that was not understood or is beyond a limit. */
  leaveOut(): void {
    this.#leftOut++;
  }

  /** Nothing is added any more. */
  complete(): void {
    this.#texts.clear();
  }

  ownerOf(path: string): PackageOwner | undefined {
    const number = this.#index.get(Buffer.from(this.#merged.place(path)));
    return number === undefined ? undefined : this.#packages[number];
  }

  #own<Text extends string | undefined>(text: Text): Text;
  #own(text: string | undefined): string | undefined {
    if (text === undefined) return undefined;
    if (text.length > LONGEST_TEXT) {
      this.leaveOut();
      return undefined;
    }
    const known = this.#texts.get(text);
    if (known !== undefined) return known;
    // A piece of a long text keeps all of it in memory; a copy through bytes does not.
    const copy = Buffer.from(text, 'utf8').toString('utf8');
    this.#texts.set(copy, copy);
    return copy;
  }
}
