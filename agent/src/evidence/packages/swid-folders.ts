/**
 * Owners of files by the SWID tag that lies with them (ISO/IEC 19770-2, in NIST IR 8060's "swidtag" folder of the
 * product, or where IBM's products keep it): the innermost folder with such a tag around the file. Only for files that
 * nobody else owns; tags for the whole system, which package managers write, say no more than those do.
 */
import { opendirSync } from 'node:fs';
import type { PackageDatabaseStatus, PackageOwner } from '../package-owner.ts';
import { beginningOfFile } from './beginning-of-file.ts';
import { BoundedMap } from './bounded-map.ts';
import { plainVersion } from './file-version.ts';
import { OwnersOnDemand } from './owners-on-demand.ts';
import { swidOwner } from './swid-tag.ts';

/** Within the product's folder. */
const PLACES = [['swidtag'], ['iso-swid'], ['properties', 'version']];
const TAG = /\.swidtag$/i;
/** Folders that belong to many products. Nothing is asked in homes: what lies there may be somebody's own work. */
const NO_PRODUCT =
  /^(?:[a-z]:|\/|\/?[^/\\]*|\/usr(?:\/local)?(?:\/(?:s?bin|lib\w*|share|games|include))?|\/var\/[^/]*|[a-z]:\\(?:windows|programdata|program files(?: \(x86\))?)(?:\\system32)?)$/i;
const IN_A_HOME = /^(?:\/(?:home|root|Users)\/|[a-z]:\\users\\)/i;
/** Products are not nested deeper than this above their files; whoever makes deeper paths does not make us look at all of it. */
const MOST_AROUND = 16;
const MOST_REMEMBERED = 2_000;
/** The folders around a file are looked at again after this long; files are asked for folder by folder. */
const LOOK_AGAIN_MS = 10_000;
const MOST_NAMES = 64;
/** Of a tag, which says what it is before it lists files, and of all tags of a folder. */
const MOST_TAG_BYTES = 65_536;
const MOST_BYTES = 262_144;

interface Product {
  lookAgainAtMs: number;
  /** Of the tags; undefined: there are none. */
  version: string | undefined;
  owner: PackageOwner | undefined;
}

export class SwidFolderOwners extends OwnersOnDemand {
  readonly #nowMs: () => number;
  /** By the product's folder. */
  readonly #products = new RememberedProducts();
  #last: { folder: string; owner: PackageOwner | undefined; untilMs: number } | undefined;

  /** `nowMs`: monotonic. */
  constructor(nowMs: () => number = () => performance.now()) {
    super();
    this.#nowMs = nowMs;
  }

  override state(): 'loaded' | 'absent' {
    return this.#products.tagged > 0 ? 'loaded' : 'absent';
  }

  override ownerOf(path: string): PackageOwner | undefined {
    const separator = path.includes('/') ? '/' : '\\';
    const folder = path.slice(0, path.lastIndexOf(separator));
    const nowMs = this.#nowMs();
    if (this.#last?.folder !== folder || nowMs >= this.#last.untilMs)
      this.#last = { folder, owner: this.#ownerIn(path, separator), untilMs: nowMs + LOOK_AGAIN_MS };
    return this.#last.owner;
  }

  /** Left out are folders with tags of several products, or with none that names one. */
  override databases(): PackageDatabaseStatus[] {
    const packages = [...this.#products.values()].filter(({ owner }) => owner !== undefined).length;
    const leftOut = this.#products.tagged - packages;
    return [{ manager: 'swid', state: this.state(), packages, paths: 0, leftOut }];
  }

  #ownerIn(path: string, separator: string): PackageOwner | undefined {
    if (IN_A_HOME.test(path)) return undefined;
    let end = path.lastIndexOf(separator);
    for (let count = 0; count < MOST_AROUND && end > 0; count++, end = path.lastIndexOf(separator, end - 1)) {
      const folder = path.slice(0, end);
      if (NO_PRODUCT.test(folder)) return undefined;
      const { version, owner } = this.#product(folder, separator);
      // Tags of several products: whose the file is nobody says, and what lies around them all does not either.
      if (version !== undefined) return owner;
    }
    return undefined;
  }

  #product(folder: string, separator: string): Product {
    const known = this.#products.get(folder);
    const nowMs = this.#nowMs();
    if (known && nowMs < known.lookAgainAtMs) return known;
    const product = look(folder, separator, known);
    product.lookAgainAtMs = nowMs + LOOK_AGAIN_MS;
    this.#products.set(folder, product);
    return product;
  }
}

/** With the number of those that have tags, which is asked for with each file. */
class RememberedProducts extends BoundedMap<string, Product> {
  tagged = 0;

  constructor() {
    super(MOST_REMEMBERED);
  }

  override set(folder: string, product: Product): this {
    super.set(folder, product);
    if (product.version !== undefined) this.tagged++;
    return this;
  }

  override delete(folder: string): boolean {
    if (this.get(folder)?.version !== undefined) this.tagged--;
    return super.delete(folder);
  }
}

function look(folder: string, separator: string, known: Product | undefined): Product {
  for (const place of PLACES) {
    const at = [folder, ...place].join(separator);
    const tags = tagsIn(at, separator);
    if (tags.length === 0) continue;
    const version = tags.map(({ path, version }) => `${path} ${version}`).join('\n');
    return known?.version === version ? known : { lookAgainAtMs: 0, version, owner: onlyOwner(tags) };
  }
  return { lookAgainAtMs: 0, version: undefined, owner: undefined };
}

interface Tag {
  path: string;
  version: string;
}

/** undefined when several products have their tags there, or more tags than are looked at. */
function onlyOwner(tags: readonly Tag[]): PackageOwner | undefined {
  let only: PackageOwner | undefined;
  let leftBytes = MOST_BYTES;
  for (const { path } of tags) {
    if (leftBytes <= 0) return undefined;
    const bytes = beginningOfFile(path, Math.min(MOST_TAG_BYTES, leftBytes));
    leftBytes -= bytes?.length ?? 0;
    const owner = bytes && swidOwner(bytes);
    if (owner && only) return undefined;
    only ??= owner;
  }
  return tags.length < MOST_NAMES ? only : undefined;
}

/** In the order of their names; of a folder with more entries than are looked at as many as fit. */
function tagsIn(folder: string, separator: string): Tag[] {
  if (plainVersion(folder, 'folder') === undefined) return [];
  return namesIn(folder)
    .filter((name) => TAG.test(name))
    .sort()
    .flatMap((name) => {
      const path = `${folder}${separator}${name}`;
      const version = plainVersion(path, 'file');
      return version === undefined ? [] : [{ path, version }];
    });
}

function namesIn(folder: string): string[] {
  try {
    const open = opendirSync(folder);
    try {
      const names: string[] = [];
      for (let entry = open.readSync(); entry && names.length < MOST_NAMES; entry = open.readSync())
        names.push(entry.name);
      return names;
    } finally {
      open.closeSync();
    }
  } catch {
    return [];
  }
}
