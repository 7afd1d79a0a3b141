/** Which pip package put a file where it is, from what pip wrote beside it (PEP 376, PEP 566, PEP 610): RECORD and METADATA. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Owner } from './dpkg-owners.ts';

export type Owners = Map<string, Owner[]>;

/** Of these files those that a package lists. A package that was installed from a folder of somebody's has no name here. */
export function pipOwnersOf(paths: readonly string[]): Owners {
  const owners: Owners = new Map();
  const wanted = new Set(paths);
  for (const folder of new Set(paths.flatMap(packageFolders)))
    for (const name of namesIn(folder).filter((each) => each.endsWith('.dist-info')))
      addOwned(folder, join(folder, name), wanted, owners);
  return owners;
}

/** Where what is in `lib/pythonX/site-packages`, or in the `bin` beside that, is described. */
function packageFolders(path: string): string[] {
  const inside = /^(.*\/(?:site|dist)-packages)\//.exec(path)?.[1];
  if (inside !== undefined) return [inside];
  const prefix = /^(.*)\/bin\/[^/]+$/.exec(path)?.[1];
  if (prefix === undefined) return [];
  const versions = namesIn(`${prefix}/lib`).filter((name) => name.startsWith('python'));
  return versions.flatMap((name) => [
    `${prefix}/lib/${name}/site-packages`,
    `${prefix}/lib/${name}/dist-packages`,
  ]);
}

function addOwned(folder: string, description: string, wanted: ReadonlySet<string>, owners: Owners): void {
  const metadata = textOf(join(description, 'METADATA'));
  const name = /^Name: *(.+?) *$/m.exec(metadata)?.[1];
  const version = /^Version: *(.+?) *$/m.exec(metadata)?.[1];
  if (name === undefined || version === undefined) return;
  if (/"url": *"file:/.test(textOf(join(description, 'direct_url.json')))) return;
  for (const line of textOf(join(description, 'RECORD')).split('\n')) {
    const listed = /^"((?:[^"]|"")*)"|^([^,]+)/.exec(line);
    const path = resolve(folder, (listed?.[1]?.replaceAll('""', '"') ?? listed?.[2]) || '.');
    if (wanted.has(path)) owners.set(path, [...(owners.get(path) ?? []), { package: name, version }]);
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8').replaceAll('\r\n', '\n');
  } catch {
    return '';
  }
}
