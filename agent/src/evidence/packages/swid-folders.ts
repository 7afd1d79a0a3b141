/**
 * Owners of files by the SWID tag that lies with them (ISO/IEC 19770-2, in NIST IR 8060's "swidtag" folder of the
 * product, or where IBM's products keep it): the innermost folder with such a tag around the file. Only for files that
 * nobody else owns; tags for the whole system, which package managers write, say no more than those do.
 */
import { readdirSync } from 'node:fs';
import type { PackageDatabaseStatus, PackageOwner, PackageOwners } from '../package-owner.ts';
import { beginningOfFile } from './beginning-of-file.ts';
import { BoundedMap } from './bounded-map.ts';
import { fileVersion } from './file-version.ts';
import { swidOwner } from './swid-tag.ts';

/** Within the product's folder. */
const PLACES = [['swidtag'], ['iso-swid'], ['properties', 'version']];
const TAG = /\.swidtag$/i;
/** What lies in /opt itself or in C:\ is no product's. */
const LEAST_SEPARATORS = 2;
const MOST_REMEMBERED = 2_000;
/** The folders around a file are looked at again after this long; files are asked for folder by folder. */
const LOOK_AGAIN_MS = 10_000;
const MOST_TAGS = 64;
const MOST_TAG_BYTES = 262_144;

interface Product {
  lookAgainAtMs: number;
  /** Of the folder that the tags lie in; undefined: there is none. */
  version: string | undefined;
  owner: PackageOwner | undefined;
}

export class SwidFolderOwners implements PackageOwners {
  readonly #nowMs: () => number;
  /** By the product's folder. */
  readonly #products = new BoundedMap<string, Product>(MOST_REMEMBERED);

  /** `nowMs`: monotonic. */
  constructor(nowMs: () => number = () => performance.now()) {
    this.#nowMs = nowMs;
  }

  state(): 'loaded' | 'absent' {
    return this.#tagged().length > 0 ? 'loaded' : 'absent';
  }

  ownerOf(path: string): PackageOwner | undefined {
    const separator = path.includes('/') ? '/' : '\\';
    const segments = path.split(separator);
    for (let count = segments.length - 1; count > LEAST_SEPARATORS; count--) {
      const owner = this.#product(segments.slice(0, count).join(separator), separator).owner;
      if (owner) return owner;
    }
    return undefined;
  }

  unsettled(): boolean {
    return false;
  }

  worthLoading(): boolean {
    return false;
  }

  load(): Promise<void> {
    return Promise.resolve();
  }

  /** Left out are folders with tags of several products, or with none that names one. */
  databases(): PackageDatabaseStatus[] {
    const tagged = this.#tagged();
    const packages = tagged.filter(({ owner }) => owner !== undefined).length;
    const leftOut = tagged.length - packages;
    return [{ manager: 'swid', state: this.state(), packages, paths: 0, leftOut }];
  }

  #tagged(): Product[] {
    return [...this.#products.values()].filter(({ version }) => version !== undefined);
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

function look(folder: string, separator: string, known: Product | undefined): Product {
  for (const place of PLACES) {
    const tags = [folder, ...place].join(separator);
    const version = fileVersion(tags);
    if (version === undefined) continue;
    if (known?.version === version) return known;
    const names = tagNames(tags);
    if (names.length > 0) return { lookAgainAtMs: 0, version, owner: onlyOwner(tags, separator, names) };
  }
  return { lookAgainAtMs: 0, version: undefined, owner: undefined };
}

/** undefined when several products have their tags there: nothing says whose the file is. */
function onlyOwner(folder: string, separator: string, names: readonly string[]): PackageOwner | undefined {
  const owners = names.flatMap((name) => {
    const bytes = beginningOfFile(`${folder}${separator}${name}`, MOST_TAG_BYTES);
    return (bytes && swidOwner(bytes)) ?? [];
  });
  return owners.length === 1 && names.length < MOST_TAGS ? owners[0] : undefined;
}

function tagNames(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => TAG.test(name))
      .slice(0, MOST_TAGS);
  } catch {
    return [];
  }
}
