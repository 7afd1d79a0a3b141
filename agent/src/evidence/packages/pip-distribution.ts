/**
 * The files of a `*.dist-info` folder, as the Python packaging specifications describe them ("Recording installed
 * projects", "Core metadata", "Entry points", "Direct URL"). Pure.
 */
import { posix } from 'node:path';
import type { PackageOwner } from '../package-owner.ts';
import { withoutMailAddress } from './vendor-name.ts';

const NAME = /^[A-Za-z0-9](?:[\w.-]{0,200}[A-Za-z0-9])?$/;
const VERSION = /^[\w.+!-]{1,256}$/;

/** Paths out of RECORD, relative to the folder of packages: `path,hash,size`, the path quoted if it holds a comma. */
export function recordedPaths(record: string): string[] {
  return record.split('\n').flatMap((line) => {
    const path = line.startsWith('"') ? /^"((?:[^"]|"")*)"/.exec(line)?.[1] : line.split(',', 1)[0];
    return path ? [path.replace(/""/g, '"').trim()] : [];
  });
}

/** Names of the scripts that entry_points.txt asks for. */
export function entryPointScripts(text: string): string[] {
  let wanted = false;
  return text.split('\n').flatMap((raw) => {
    const line = raw.trim();
    if (line.startsWith('[')) wanted = line === '[console_scripts]' || line === '[gui_scripts]';
    const name = wanted ? /^([\w.-]+)\s*=/.exec(line)?.[1] : undefined;
    return name === undefined ? [] : [name];
  });
}

/** METADATA is a header like that of a mail; the description comes after the first empty line. */
export function distributionOwner(metadata: string): PackageOwner | undefined {
  const header = metadata.split(/\r?\n\r?\n/, 1)[0] ?? '';
  const field = (name: string): string | undefined =>
    new RegExp(`^${name}:[ \\t]*(.*?)[ \\t\\r]*$`, 'im').exec(header)?.[1] || undefined;
  const [name, version] = [field('Name'), field('Version')];
  if (!name || !version || !NAME.test(name) || !VERSION.test(version)) return undefined;
  const author = ['Author', 'Author-email', 'Maintainer', 'Maintainer-email'].map(field);
  const vendor = author.map(withoutMailAddress).find((found) => found !== undefined && found !== 'UNKNOWN');
  return { manager: 'pip', name, version, vendor };
}

/** direct_url.json of what was installed from a folder of sources on this computer: somebody's own work. */
export function isFromOwnFolder(directUrl: string): boolean {
  return directUrl.includes('"dir_info"');
}

/** What a recorded path is below PREFIX/bin or in the folder of packages; undefined for what is neither. */
export function placeOfRecorded(
  recorded: string,
  packages: string,
  programs: string,
): { script: string } | { top: string } | undefined {
  const path = posix.resolve(packages, recorded);
  if (path.startsWith(`${programs}/`)) return { script: path.slice(programs.length + 1) };
  if (!path.startsWith(`${packages}/`)) return undefined;
  const top = path.slice(packages.length + 1).split('/', 1)[0] as string;
  return top === '__pycache__' || top.endsWith('.dist-info') ? undefined : { top };
}
