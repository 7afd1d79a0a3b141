/**
 * Which files of an engine's data folder make up its databases. Parts are never changed once they are written, so hard
 * links to them (FREEZE) are a snapshot that costs nothing and can be copied at leisure.
 */
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join, sep } from 'node:path';

export interface EngineFile {
  /** Where it lies now. */
  path: string;
  /** Where it belongs, below the engine's data folder, with `/`. */
  place: string;
  bytes: number;
}

/** Names of snapshots that backups make: the engine writes a dash in another way. */
const FROZEN = /^backup_[0-9a-f]{16}$/;

/** What a running engine froze under `name`, and the definitions of its tables. */
export function frozenEngineFiles(dataDir: string, name: string): EngineFile[] {
  const shadow = join(dataDir, 'db', 'shadow', name, 'store');
  const parts = existsSync(shadow) ? filesBelow(shadow, () => true) : [];
  // There is always one: the list of migrations.
  if (parts.length === 0) throw new Error(`the engine froze nothing at ${shadow}`);
  return [
    ...definitions(dataDir),
    ...parts.map(({ path, bytes }) => ({ path, bytes, place: `db/store/${below(shadow, path)}` })),
  ];
}

/** Of an engine that does not run: everything but what it would throw away at its start. */
export function restingEngineFiles(dataDir: string): EngineFile[] {
  const store = join(dataDir, 'db', 'store');
  const kept = existsSync(store)
    ? filesBelow(store, (name) => !/^(?:detached|(?:delete_)?tmp_.*)$/.test(name))
    : [];
  return [
    ...definitions(dataDir).filter(({ place }) => !place.startsWith('db/store/')),
    ...kept.map(({ path, bytes }) => ({ path, bytes, place: `db/store/${below(store, path)}` })),
  ];
}

/** Names of snapshots that are still there. */
export function frozenNames(dataDir: string): string[] {
  const shadow = join(dataDir, 'db', 'shadow');
  return existsSync(shadow) ? readdirSync(shadow).filter((name) => FROZEN.test(name)) : [];
}

export function removeFrozen(dataDir: string, name: string): void {
  rmSync(join(dataDir, 'db', 'shadow', name), { recursive: true, force: true });
}

/** Databases, tables, views and dictionaries, and the version of each table's layout. */
function definitions(dataDir: string): EngineFile[] {
  const found: EngineFile[] = [];
  for (const folder of ['metadata', 'store'] as const) {
    const root = join(dataDir, 'db', folder);
    if (!existsSync(root)) continue;
    for (const { path, bytes } of filesBelow(root, (_, depth) =>
      folder === 'store' ? depth < 3 : depth < 1,
    ))
      if (/(?:\.sql|format_version\.txt)$/.test(path))
        found.push({ path, bytes, place: `db/${folder}/${below(root, path)}` });
  }
  return found;
}

/** Plain files; links are made anew by the engine. Folders are entered when `enter` says so. */
function filesBelow(
  root: string,
  enter: (name: string, depth: number) => boolean,
  depth = 0,
): { path: string; bytes: number }[] {
  return readdirSync(root, { withFileTypes: true }).flatMap((entry) => {
    const path = join(root, entry.name);
    if (entry.isDirectory()) return enter(entry.name, depth + 1) ? filesBelow(path, enter, depth + 1) : [];
    if (!entry.isFile()) return [];
    // What the engine removed since the folder was listed is not part of anything.
    const bytes = statSync(path, { throwIfNoEntry: false })?.size;
    return bytes === undefined ? [] : [{ path, bytes }];
  });
}

const below = (root: string, path: string): string =>
  path
    .slice(root.length + 1)
    .split(sep)
    .join('/');
