/**
 * Folders as people write them, brought to one spelling each: paths are compared with them as text, also with those of folders
 * that are not there yet. Pure.
 */
import { win32 } from 'node:path';

const DRIVE = /^[a-z]:\\/i;
/** A share of a server; not the names by which devices are asked for. */
const SHARE = /^\\\\[^\\?.][^\\]*\\[^\\]/;

/**
 * A list, or one text in which colons stand between the folders, on Windows semicolons: colons follow its drives. Undefined:
 * there is something else in it, or nothing. What leads up (`..`) stays on systems where it depends on links.
 */
export function folderList(
  value: unknown,
  platform: NodeJS.Platform = process.platform,
): readonly string[] | undefined {
  const isWindows = platform === 'win32';
  const list =
    typeof value === 'string' ? value.split(isWindows ? ';' : ':').filter((each) => each !== '') : value;
  if (!Array.isArray(list) || list.length === 0) return undefined;
  const folders = list.map((each) =>
    typeof each !== 'string' ? undefined : isWindows ? windowsFolder(each) : posixFolder(each),
  );
  if (folders.includes(undefined)) return undefined;
  return eachOnce(folders as string[], isWindows);
}

function posixFolder(text: string): string | undefined {
  if (!text.startsWith('/')) return undefined;
  const names = text.split('/').filter((name) => name !== '' && name !== '.');
  return `/${names.join('/')}`;
}

/** `c:/tools/` is `C:\tools`. The rest of its case stays: it is how people know the folder, and how the disk says it. */
function windowsFolder(text: string): string | undefined {
  const path = win32.normalize(text);
  if (!DRIVE.test(path) && !SHARE.test(path)) return undefined;
  const folder = /^.:\\$/.test(path) ? path : path.replace(/\\+$/, '');
  return DRIVE.test(folder) ? folder.charAt(0).toUpperCase() + folder.slice(1) : folder;
}

function eachOnce(folders: readonly string[], caseless: boolean): string[] {
  const keys = folders.map((folder) => (caseless ? folder.toLowerCase() : folder));
  return folders.filter((_, index) => keys.indexOf(keys[index] as string) === index);
}
