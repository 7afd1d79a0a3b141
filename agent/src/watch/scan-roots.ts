/** Where programs are: the system's folders and the homes of people. */
import { readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { FolderLimits, type FolderWishes } from './folder-limits.ts';
import { isWithin } from './is-within.ts';
import { MountTable } from './mount-table.ts';
import type { PlatformRoots } from './platform-roots.ts';
import { thisSystemsRoots } from './this-systems-roots.ts';

export interface ScanRoot {
  /** Real path, absolute, no trailing slash. */
  path: string;
  /** What may become large is watched folder by folder; small trees by chokidar. See executable-watcher.ts. */
  kind: 'large' | 'small';
}

export interface ScanRoots {
  roots: ScanRoot[];
  /** Homes for the path rules, also under the names that the account database has for them. */
  homes: string[];
  /** Homes of which only some is listed: see HomePlaces. Under each of their names. */
  ruledHomes: string[];
  /** Roots that somebody named, by their real paths. */
  named: string[];
  /** Configured or usual roots that are not there. */
  missing: string[];
  /** Roots and homes on file systems that finding stays off; they were not even looked at. */
  excluded: string[];
  /** What of these trees, and of all others, may not be looked at. */
  limits: FolderLimits;
}

export interface ScanRootOptions {
  /** Replaces the default roots. */
  paths?: readonly string[];
  /** Beside the default roots or those that replace them. */
  added?: readonly string[];
  /** Default: only what the mounts exclude. */
  limits?: Partial<FolderWishes>;
  /** False: homes are excluded folders. Default true. */
  homes?: boolean;
  /** Default: where this system has its accounts, /etc/passwd on Linux. */
  passwdFile?: string;
  /** Default: where homes usually are on this system, /home on Linux. */
  homeFolder?: string;
  /** Default: this system. */
  platform?: PlatformRoots;
  /** Default: the mounts of this process. */
  mounts?: MountTable;
}

/** What a link from a home may lead to without the whole system becoming somebody's home. */
const NEVER_A_HOME = /^\/[^/]*$/;
export function findScanRoots(options: ScanRootOptions = {}): ScanRoots {
  const platform = options.platform ?? thisSystemsRoots();
  const mounts = options.mounts ?? MountTable.read();
  const homes = homesOfPeople(options);
  const limits = new FolderLimits({
    excluded: [
      ...platform.secondNames,
      ...bothPaths(options.limits?.excluded ?? [], mounts),
      ...(options.homes === false ? withRealPaths(homes, mounts) : []),
    ],
    atMost: options.limits?.atMost && bothPaths(options.limits.atMost, mounts),
  });
  const found: ScanRoots = {
    ...{ roots: [], homes: [], ruledHomes: [], named: [], missing: [], excluded: [], limits },
  };
  const wanted = [
    ...(options.paths?.map((path): ScanRoot => ({ path, kind: 'small' })) ?? [
      ...platform.systemRoots.map((path): ScanRoot => ({ path, kind: 'large' })),
      ...platform.addedRoots.map((path): ScanRoot => ({ path, kind: 'small' })),
      ...homes.map((path): ScanRoot => ({ path, kind: 'large' })),
    ]),
    ...(options.added ?? []).map((path): ScanRoot => ({ path, kind: 'small' })),
  ];
  for (const { path, kind } of wanted) {
    const real = realFolder(path, mounts);
    if (real === 'excluded') found.excluded.push(path);
    else if (real === undefined) found.missing.push(path);
    else for (const part of limits.allowedPartsOf(real)) found.roots.push({ path: part, kind });
    const isNamed = options.paths?.includes(path) || options.added?.includes(path);
    if (isNamed && real !== undefined && real !== 'excluded') found.named.push(real);
  }
  found.roots = outermost(found.roots);
  found.homes = withRealPaths(homes, mounts);
  // What lives below a folder for added software is that software, whichever account it runs as.
  found.ruledHomes = found.homes.filter((home) => !platform.addedRoots.some((root) => isWithin(home, root)));
  return found;
}

/** What findScanRoots() finds, as text: another one when folders or mounts came or went. */
export function placesToSearch(options: ScanRootOptions): string {
  const { roots, homes, missing, excluded } = findScanRoots(options);
  return JSON.stringify({ roots, homes, missing, excluded });
}

/** Each folder once: links resolved, doubles and folders inside others left out. */
function outermost(roots: ScanRoot[]): ScanRoot[] {
  return roots.filter(
    ({ path }, index) =>
      roots.findIndex((other) => other.path === path) === index &&
      !roots.some((other) => other.path !== path && isWithin(path, other.path)),
  );
}

/** As the account database and the usual place of homes have them now, whether they are there or not. */
export function homesOfPeople({
  platform = thisSystemsRoots(),
  passwdFile = platform.accounts?.file,
  homeFolder = platform.homeFolder,
  mounts = MountTable.read(),
}: Pick<ScanRootOptions, 'platform' | 'passwdFile' | 'homeFolder' | 'mounts'> = {}): string[] {
  const named = platform.accounts && passwdFile ? platform.accounts.homesIn(readText(passwdFile)) : [];
  // The homes of a file server are found by its own agent, and a dead one would be waited for.
  const usual = mounts.excludes(homeFolder) ? [] : platform.usualHomes(folderNames(homeFolder), homeFolder);
  return [...new Set([...named, ...usual])];
}

/** Programs and folders are told by their real paths, whatever links somebody wrote down. */
function bothPaths(folders: readonly string[], mounts: MountTable): string[] {
  const real = folders.flatMap((folder) => {
    const path = realFolder(folder, mounts);
    return path === undefined || path === 'excluded' ? [] : [path];
  });
  return [...new Set([...folders, ...real])];
}

/** Paths below a linked home are found under its real name, which says no less about the person. */
function withRealPaths(homes: string[], mounts: MountTable): string[] {
  const real = homes
    .map((home) => realFolder(home, mounts))
    .filter((home) => home !== undefined && home !== 'excluded' && !NEVER_A_HOME.test(home));
  return [...new Set([...homes, ...(real as string[])])];
}

/** Asks the mount table first: looking at a path can wake an automounter or wait for a dead server. */
function realFolder(path: string, mounts: MountTable): string | 'excluded' | undefined {
  if (mounts.excludes(path)) return 'excluded';
  try {
    const real = realpathSync(path);
    if (mounts.excludes(real)) return 'excluded';
    return statSync(real).isDirectory() ? real : undefined;
  } catch {
    return undefined;
  }
}

function folderNames(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
