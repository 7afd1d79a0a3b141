/**
 * Owners of what pip and its like have installed: scripts in PREFIX/bin, and files in the folder of packages,
 * PREFIX/lib/pythonX.Y/site-packages (Debian: dist-packages), of the system, of a person or of a virtual environment.
 * Only prefixes are read in which somebody asks about a file, and again when a distribution has come or gone.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { PackageDatabaseStatus, PackageOwner } from '../package-owner.ts';
import { beginningOfFile } from './beginning-of-file.ts';
import { BoundedMap } from './bounded-map.ts';
import { fileVersion } from './file-version.ts';
import { OwnersOnDemand } from './owners-on-demand.ts';
import {
  distributionOwner,
  entryPointScripts,
  isFromOwnFolder,
  placeOfRecorded,
  recordedPaths,
} from './pip-distribution.ts';

const SCRIPT = /^(.*)\/bin\/([^/]+)$/;
const IN_PACKAGES = /^((.*)\/lib\/python[23](?:\.\d+)?\/(?:site|dist)-packages)\/([^/]+)/;
const PYTHON = /^python[23](?:\.\d+)?$/;
const MOST_PREFIXES = 64;
const MOST_FOLDERS = 64;
/** Beyond it a folder of packages is read no further, and status counts it. */
const MOST_DISTRIBUTIONS = 2_000;
/** Installers write it sorted, and scripts, whose paths begin with dots, come first. */
const RECORD_BYTES = 32_768;
const METADATA_BYTES = 16_384;

interface PackagesFolder {
  version: string;
  /** Names of dist-info folders, by script and by what lies at the top. */
  scripts: Map<string, string>;
  /** undefined: several distributions share it. */
  tops: Map<string, string | undefined>;
  owners: Map<string, PackageOwner | undefined>;
  leftOut: number;
}

export class PipPackageOwners extends OwnersOnDemand {
  readonly #pythons = new BoundedMap<string, { version: string; folders: string[] }>(MOST_PREFIXES);
  readonly #folders = new BoundedMap<string, PackagesFolder>(MOST_FOLDERS);

  override state(): 'loaded' | 'absent' {
    return this.#folders.size > 0 ? 'loaded' : 'absent';
  }

  override ownerOf(path: string): PackageOwner | undefined {
    const [, packages, prefix = '', top = ''] = IN_PACKAGES.exec(path) ?? [];
    if (packages !== undefined) {
      const folder = this.#folder(packages, prefix);
      return folder && this.#owner(packages, folder, folder.tops.get(top));
    }
    const [, parent, script = ''] = SCRIPT.exec(path) ?? [];
    return parent === undefined ? undefined : this.#ownerOfScript(parent, script);
  }

  override databases(): PackageDatabaseStatus[] {
    const folders = [...this.#folders.values()];
    const packages = new Set(
      folders.flatMap(({ owners }) =>
        [...owners.values()].flatMap((owner) => (owner ? `${owner.name} ${owner.version}` : [])),
      ),
    ).size;
    const paths = folders.reduce((sum, { scripts, tops }) => sum + scripts.size + tops.size, 0);
    const leftOut = folders.reduce((sum, folder) => sum + folder.leftOut, 0);
    return [{ manager: 'pip', state: this.state(), packages, paths, leftOut }];
  }

  #ownerOfScript(prefix: string, script: string): PackageOwner | undefined {
    for (const packages of this.#packageFoldersOf(prefix)) {
      const folder = this.#folder(packages, prefix);
      const distribution = folder?.scripts.get(script);
      if (folder && distribution !== undefined) return this.#owner(packages, folder, distribution);
    }
    return undefined;
  }

  /** Of each Python below this prefix, in the order of their names. */
  #packageFoldersOf(prefix: string): string[] {
    const library = `${prefix}/lib`;
    const version = fileVersion(library);
    if (version === undefined) return [];
    const known = this.#pythons.get(prefix);
    if (known?.version === version) return known.folders;
    const folders = namesIn(library)
      .filter((name) => PYTHON.test(name))
      .flatMap((name) => ['site-packages', 'dist-packages'].map((kind) => join(library, name, kind)));
    this.#pythons.set(prefix, { version, folders });
    return folders;
  }

  #folder(packages: string, prefix: string): PackagesFolder | undefined {
    const version = fileVersion(packages);
    if (version === undefined) return undefined;
    const known = this.#folders.get(packages);
    if (known?.version === version) return known;
    const folder = readPackages(packages, `${prefix}/bin`, version);
    this.#folders.set(packages, folder);
    return folder;
  }

  #owner(
    packages: string,
    folder: PackagesFolder,
    distribution: string | undefined,
  ): PackageOwner | undefined {
    if (distribution === undefined) return undefined;
    if (!folder.owners.has(distribution))
      folder.owners.set(distribution, describe(join(packages, distribution)));
    return folder.owners.get(distribution);
  }
}

function readPackages(packages: string, programs: string, version: string): PackagesFolder {
  const names = namesIn(packages).filter((name) => name.endsWith('.dist-info'));
  const leftOut = Math.max(0, names.length - MOST_DISTRIBUTIONS);
  const folder: PackagesFolder = { version, scripts: new Map(), tops: new Map(), owners: new Map(), leftOut };
  for (const name of names.slice(0, MOST_DISTRIBUTIONS)) {
    const record = beginningOfFile(join(packages, name, 'RECORD'), RECORD_BYTES);
    for (const recorded of recordedPaths(record?.toString('utf8') ?? '')) {
      const place = placeOfRecorded(recorded, packages, programs);
      if (place && 'script' in place) addFirst(folder.scripts, place.script, name);
      else if (place) addShared(folder.tops, place.top, name);
    }
    if (record !== undefined && record.length < RECORD_BYTES) continue;
    const entryPoints = beginningOfFile(join(packages, name, 'entry_points.txt'), RECORD_BYTES);
    for (const script of entryPointScripts(entryPoints?.toString('utf8') ?? ''))
      addFirst(folder.scripts, script, name);
  }
  return folder;
}

function addFirst(map: Map<string, string>, key: string, name: string): void {
  if (!map.has(key)) map.set(key, name);
}

function addShared(map: Map<string, string | undefined>, key: string, name: string): void {
  map.set(key, !map.has(key) || map.get(key) === name ? name : undefined);
}

function describe(distribution: string): PackageOwner | undefined {
  const directUrl = beginningOfFile(join(distribution, 'direct_url.json'), METADATA_BYTES);
  if (directUrl && isFromOwnFolder(directUrl.toString('utf8'))) return undefined;
  const metadata = beginningOfFile(join(distribution, 'METADATA'), METADATA_BYTES);
  return metadata && distributionOwner(metadata.toString('utf8'));
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}
