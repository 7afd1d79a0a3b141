import { dirname } from 'node:path';

/** Whether the path is the folder, or lies below it. Both absolute, as text: nothing is looked up. Pure. */
export function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder === '/' ? '/' : `${folder}/`);
}

/** True for a path that is one of the folders or lies below one. */
export function hasAncestorIn(path: string, folders: ReadonlySet<string>): boolean {
  for (let at = path; at !== ''; at = at.slice(0, at.lastIndexOf('/'))) if (folders.has(at)) return true;
  return folders.has('/');
}

/** Without those that lie below another one, each once, sorted. */
export function outermostPaths(paths: readonly string[]): string[] {
  const all = new Set(paths);
  return [...all].sort().filter((path) => path === '/' || !hasAncestorIn(dirname(path), all));
}
