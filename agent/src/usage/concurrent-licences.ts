/**
 * Which programs are listed as licensed by how many use them at once. An entry is the name of a package, or a path as
 * evidence has it in which a segment `*` is any one folder (see concurrentLicences in proto/src/fleet-settings.ts). Pure.
 */
import type { Evidence } from '@fleetmeter/proto';

/** What of a program's evidence decides. */
export type ListedBy = Pick<Evidence, 'path' | 'packageName'>;

export function isListed({ path, packageName }: ListedBy, listed: readonly string[]): boolean {
  return listed.some((entry) => entry === packageName || isPathOf(path, entry));
}

/** A path that has a segment `*` itself, which stands for what is made up, fits as well. */
function isPathOf(path: string, entry: string): boolean {
  if (!entry.includes('*')) return path === entry;
  const [names, wanted] = [path.split('/'), entry.split('/')];
  return (
    names.length === wanted.length &&
    wanted.every((name, at) => name === names[at] || (name === '*' && names[at] !== ''))
  );
}
