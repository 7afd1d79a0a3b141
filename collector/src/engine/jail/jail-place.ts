import { existsSync, lstatSync, readlinkSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { JailPlace } from './bubblewrap-arguments.ts';

/** Where systems keep shared libraries. Programs are elsewhere, so that there is none to start. */
const LIBRARY_FOLDERS = ['/usr/lib', '/usr/lib64', '/lib', '/lib64'];

/** What the engine needs of this machine. `program` is the file that node runs, `writable` exists already. */
export function jailPlace(program: string, writable: readonly string[]): JailPlace {
  return {
    writable: writable.map((path) => realpathSync(path)),
    program: [realpathSync(process.execPath), ...programFolders(realpathSync(program))],
    libraries: LIBRARY_FOLDERS.filter((path) => existsSync(path)).map((path) => ({
      path,
      linksTo: lstatSync(path).isSymbolicLink() ? readlinkSync(path) : undefined,
    })),
  };
}

/** The package that the program belongs to, without its tests' data and whatever else lies beside it, and its libraries. */
function programFolders(program: string): string[] {
  const folders = [dirname(program)];
  for (let folder = dirname(program); ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json'))) folders.push(join(folder, 'package.json'));
    const modules = join(folder, 'node_modules');
    if (existsSync(modules)) folders.push(modules);
    if (folder === dirname(folder)) break;
  }
  return folders;
}
