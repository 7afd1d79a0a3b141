/** Which package owns a file, asked of `dpkg-query`: the tool, where the product reads the database. */
import { spawnSync } from 'node:child_process';
import { readlinkSync, statSync } from 'node:fs';
import { resolve } from 'node:path';

export interface Owner {
  package: string;
  version: string;
}

export interface PackageDatabase {
  /** Owners by raw path; a path that none owns is not in it. More than one: any of them is right. */
  ownersOf(paths: readonly string[]): Map<string, Owner[]>;
  /** Versions of a package; more than one when architectures differ. */
  versionsOf(name: string): string[];
  /** When packages last changed: milliseconds since 1970. */
  changedAt: number;
}

const FIELDS = ['binary:Package', 'Package', 'Version', 'db:Status-Status'];
const PATHS_A_CALL = 400;
const MOST_OUTPUT_BYTES = 256 * 1024 * 1024;
/** With merged folders the database says /bin/x of what is /usr/bin/x. */
const MERGED = ['/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32'];

export function dpkgDatabase(): PackageDatabase {
  const listed = dpkgQuery(['-W', '-f', `${FIELDS.map((field) => `\${${field}}`).join('\t')}\n`]);
  const installed = installedPackages(listed ?? '');
  return {
    ownersOf: (paths) => owners(paths, installed),
    versionsOf: (name) => [
      ...new Set([...installed.values()].filter((one) => one.package === name).map(({ version }) => version)),
    ],
    changedAt: listed === undefined ? 0 : statSync('/var/lib/dpkg/status').mtimeMs,
  };
}

/** By the name that `-S` prints, `name` or `name:architecture`. What is only configured has no programs. */
export function installedPackages(listed: string): Map<string, Owner> {
  const packages = new Map<string, Owner>();
  for (const line of listed.split('\n')) {
    const [qualified, name, version, status] = line.split('\t');
    if (qualified && name && version && status !== 'config-files' && status !== 'not-installed')
      packages.set(qualified, { package: name, version });
  }
  return packages;
}

function owners(paths: readonly string[], installed: Map<string, Owner>): Map<string, Owner[]> {
  const spellings = new Map(paths.map((path) => [path, spellingsOf(path)]));
  const answer = searchAll([...spellings.values()].flat());
  // A file that was moved aside is found under the name it was moved from.
  searchInto(
    answer,
    [...answer.diversions.values()].map(({ from }) => from),
  );
  const found = new Map<string, Owner[]>();
  for (const [path, names] of spellings) {
    const all = names
      .flatMap((name) => ownerNames(name, answer))
      .flatMap((name) => installed.get(name) ?? []);
    if (all.length > 0) found.set(path, all);
  }
  return found;
}

export interface SearchAnswer {
  owners: Map<string, string[]>;
  /** By the path that a file was moved to. `by`: the package whose own file stayed in place. */
  diversions: Map<string, { from: string; by: string | undefined }>;
}

/** Packages that have a file at exactly this path. */
export function ownerNames(path: string, { owners, diversions }: SearchAnswer): string[] {
  const aside = diversions.get(path);
  if (aside) return (owners.get(aside.from) ?? []).filter((name) => bare(name) !== aside.by);
  const diverted = [...diversions.values()].find(({ from }) => from === path);
  const all = owners.get(path) ?? [];
  return diverted ? all.filter((name) => bare(name) === diverted.by) : all;
}

/** Lines of `dpkg-query -S`: `a, b:amd64: /path`, `diversion by a from: /path`, `local diversion to: /path`. */
export function readSearch(text: string, into: SearchAnswer): void {
  let divertedFrom = '';
  for (const line of text.split('\n')) {
    const diversion = /^(?:local diversion|diversion by (\S+)) (from|to): (.*)$/.exec(line);
    if (diversion?.[2] === 'from') divertedFrom = diversion[3] as string;
    else if (diversion) into.diversions.set(diversion[3] as string, { from: divertedFrom, by: diversion[1] });
    else {
      const at = line.indexOf(': /');
      if (at > 0) into.owners.set(line.slice(at + 2), line.slice(0, at).split(', '));
    }
  }
}

function searchAll(paths: readonly string[]): SearchAnswer {
  const answer: SearchAnswer = { owners: new Map(), diversions: new Map() };
  searchInto(answer, paths);
  return answer;
}

function searchInto(answer: SearchAnswer, paths: readonly string[]): void {
  for (let at = 0; at < paths.length; at += PATHS_A_CALL) {
    // Paths are patterns to dpkg.
    const patterns = paths.slice(at, at + PATHS_A_CALL).map((path) => path.replace(/[\\*?[\]]/g, '\\$&'));
    readSearch(dpkgQuery(['-S', '--', ...patterns]) ?? '', answer);
  }
}

function spellingsOf(path: string): string[] {
  const others = MERGED.flatMap((folder) => {
    const target = linkTarget(folder);
    return target !== undefined && path.startsWith(`${target}/`) ? [folder + path.slice(target.length)] : [];
  });
  return [path, ...others];
}

function linkTarget(folder: string): string | undefined {
  try {
    return resolve('/', readlinkSync(folder));
  } catch {
    return undefined;
  }
}

/** undefined: there is no dpkg. Exit code 1 only says that some path has no owner. */
function dpkgQuery(parameters: string[]): string | undefined {
  const { error, stdout } = spawnSync('dpkg-query', parameters, {
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C.UTF-8' },
    maxBuffer: MOST_OUTPUT_BYTES,
  });
  return error ? undefined : stdout;
}

function bare(name: string): string {
  return name.split(':')[0] as string;
}
