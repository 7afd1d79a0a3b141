/** A tree of the programs of this computer: real files of real sizes, executable, so that every tool reads the same bytes. */
import {
  appendFileSync,
  chmodSync,
  closeSync,
  copyFileSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
} from 'node:fs';
import { join } from 'node:path';

const SOURCES = [
  '/usr/bin',
  '/usr/sbin',
  '/usr/lib/x86_64-linux-gnu',
  '/usr/lib/aarch64-linux-gnu',
  '/usr/lib',
];
const FILES_PER_FOLDER = 100;

export interface ProgramCopies {
  root: string;
  paths: string[];
  bytes: number;
}

/** So many programs, or until there are so many bytes; when the computer has fewer, they come again with another ending. */
export function copyPrograms(
  root: string,
  {
    programs = Number.POSITIVE_INFINITY,
    bytes = Number.POSITIVE_INFINITY,
  }: { programs?: number; bytes?: number },
): ProgramCopies {
  const sources = SOURCES.flatMap(programsIn);
  if (sources.length === 0) throw new Error(`no files below ${SOURCES.join(' ')}`);
  const copies: ProgramCopies = { root, paths: [], bytes: 0 };
  for (let number = 0; number < programs && copies.bytes < bytes; number++) {
    const source = sources[number % sources.length] as (typeof sources)[number];
    const folder = join(root, `d${Math.floor(number / FILES_PER_FOLDER)}`);
    mkdirSync(folder, { recursive: true });
    const path = join(folder, `f${number}`);
    copyFileSync(source.path, path);
    chmodSync(path, 0o755);
    if (number >= sources.length) appendFileSync(path, String(number));
    copies.paths.push(path);
    copies.bytes += lstatSync(path).size;
  }
  return copies;
}

/** Regular files that everybody may read and that begin as programs and libraries do. */
function programsIn(folder: string): { path: string }[] {
  try {
    return readdirSync(folder)
      .sort()
      .map((name) => join(folder, name))
      .filter((path) => {
        const stats = lstatSync(path);
        return stats.isFile() && (stats.mode & 0o004) !== 0 && isProgram(path);
      })
      .map((path) => ({ path }));
  } catch {
    return [];
  }
}

function isProgram(path: string): boolean {
  const descriptor = openSync(path, 'r');
  try {
    const start = Buffer.alloc(4);
    readSync(descriptor, start, 0, start.length, 0);
    return start.equals(Buffer.from('\x7fELF')) || start.toString('latin1', 0, 3) === '#!/';
  } finally {
    closeSync(descriptor);
  }
}
