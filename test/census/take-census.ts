/** The programs of this computer as executables: what the tables should say. */
import type { PackageDatabase } from './dpkg-owners.ts';
import { normalPath } from './normal-path.ts';
import { pipOwnersOf } from './pip-owners.ts';
import type { Found, LeftOut, ProgramFile } from './program-files.ts';

/** One row that the table should have. Files that agree in all of this are one executable. */
export interface Executable {
  path: string;
  sha256: string;
  /** The owning package; without one, the name of the file. */
  application: string;
  /** Of the package; empty without one. */
  version: string;
}

export interface ExpectedExecutable extends Executable {
  /** Other applications that are right too: the file is in more than one package. */
  alternatives: Pick<Executable, 'application' | 'version'>[];
  /** By the system's own database. */
  packaged: boolean;
  files: ProgramFile[];
}

export interface Census {
  executables: ExpectedExecutable[];
  leftOut: LeftOut[];
  homes: readonly string[];
  /** See Found. */
  homeFiles: number;
  /** Milliseconds since 1970. */
  packagesChangedAt: number;
  versionsOf(packageName: string): string[];
}

export function takeCensus(found: Found, homes: readonly string[], packages: PackageDatabase): Census {
  const owners = packages.ownersOf(found.programs.map(({ path }) => path));
  // The system's own database is asked first; what it does not know may describe itself.
  const others = found.programs.map(({ path }) => path).filter((path) => !owners.has(path));
  const described = pipOwnersOf(others);
  const executables = new Map<string, ExpectedExecutable>();
  for (const file of found.programs) {
    const path = normalPath(file.path, homes);
    const [owner, ...others] = owners.get(file.path) ?? described.get(file.path) ?? [];
    const application = owner?.package ?? path.slice(path.lastIndexOf('/') + 1);
    const version = owner?.version ?? '';
    const executable = { path, sha256: file.sha256, application, version };
    const known = executables.get(keyOf(executable));
    if (known) known.files.push(file);
    else
      executables.set(keyOf(executable), {
        ...executable,
        alternatives: others.map((other) => ({ application: other.package, version: other.version })),
        packaged: owners.has(file.path),
        files: [file],
      });
  }
  return {
    executables: [...executables.values()],
    leftOut: found.leftOut,
    homes,
    homeFiles: found.homeFiles,
    packagesChangedAt: packages.changedAt,
    versionsOf: (name) => packages.versionsOf(name),
  };
}

export function keyOf({ path, sha256, application, version }: Executable): string {
  return [path, sha256, application, version].join('\0');
}
