/** Reading the texts of the dpkg database. Pure. */
import type { PackageOwner } from '../package-owner.ts';
import { withoutMailAddress } from './vendor-name.ts';

/** Packages whose files are on the disk, by the names that their lists of files may have: `name`, `name:arch`. */
export class InstalledPackages {
  readonly #byName = new Map<string, PackageOwner>();

  /** One paragraph of `status`. */
  add(stanza: string): void {
    const owner = installedPackage(stanza);
    if (!owner) return;
    this.#byName.set(`${owner.name}:${owner.architecture}`, owner);
    if (!this.#byName.has(owner.name)) this.#byName.set(owner.name, owner);
  }

  get(name: string): PackageOwner | undefined {
    return this.#byName.get(name);
  }

  /** Names by which they are found. */
  get size(): number {
    return this.#byName.size;
  }
}

/** One paragraph after the other. */
export function* stanzasOf(status: string): Generator<string> {
  for (let start = 0; start < status.length; ) {
    const end = status.indexOf('\n\n', start);
    yield status.slice(start, end < 0 ? status.length : end);
    if (end < 0) return;
    start = end + 2;
  }
}

function installedPackage(stanza: string): PackageOwner | undefined {
  const name = field(stanza, 'Package');
  const version = field(stanza, 'Version');
  // "want flag state"; in these two states none of the package's programs is there.
  const state = field(stanza, 'Status')?.split(' ')[2];
  if (!name || !version || state === undefined || state === 'not-installed' || state === 'config-files')
    return undefined;
  return {
    manager: 'dpkg',
    name,
    version,
    architecture: field(stanza, 'Architecture'),
    vendor: withoutMailAddress(field(stanza, 'Maintainer')),
  };
}

function field(stanza: string, name: string): string | undefined {
  const start = stanza.startsWith(`${name}: `) ? 0 : stanza.indexOf(`\n${name}: `) + 1;
  if (start === 0 && !stanza.startsWith(`${name}: `)) return undefined;
  const end = stanza.indexOf('\n', start);
  return stanza.slice(start + name.length + 2, end < 0 ? stanza.length : end).trim() || undefined;
}

export interface Diversion {
  from: string;
  to: string;
  /** The package that made it and keeps `from`; undefined for one that an administrator made. */
  by: string | undefined;
}

/** The file holds three lines for each: from, to, package (`:` for none). A broken rest is left out. */
export function diversionsOf(text: string): Diversion[] {
  const lines = text.split('\n');
  const found: Diversion[] = [];
  for (let at = 0; at + 2 < lines.length; at += 3) {
    const [from, to, by] = lines.slice(at, at + 3) as [string, string, string];
    found.push({ from, to, by: by === ':' ? undefined : by });
  }
  return found;
}
