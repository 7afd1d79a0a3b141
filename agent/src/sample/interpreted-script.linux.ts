/**
 * The script that an interpreter runs, so that programs which are scripts (a desktop's Python tools, a package's shell wrapper) count as
 * used themselves and not only as their interpreter. Of the arguments only the place of the script is looked at, and nothing but its
 * path is kept.
 */
import { closeSync, constants, fstatSync, openSync, readlinkSync, readSync } from 'node:fs';
import { basename, join } from 'node:path';
import { identityOf } from '../watch/file-identity.ts';
import type { ProgramFile } from './sampled-process.ts';

interface Family {
  names: RegExp;
  /** Options, also in a cluster, with which no file is named: code in the arguments, a module, input from elsewhere. */
  noFile: RegExp;
}

const version = String.raw`[\d.]*(?:-[\d.]+)?$`;
const FAMILIES: readonly Family[] = [
  { names: new RegExp(`^(?:python|pypy)${version}`), noFile: /^-[A-Za-z]*[cm]/ },
  { names: new RegExp(`^(?:perl|ruby)${version}`), noFile: /^-[A-Za-z]*[eE]/ },
  { names: new RegExp(`^(?:bash|dash|sh|busybox|zsh|ksh|mksh|fish)${version}`), noFile: /^-[A-Za-z]*[cs]/ },
  {
    names: new RegExp(
      `^(?:node|nodejs|lua|luajit|tclsh|wish|php|gjs|guile|awk|gawk|mawk|osascript|pwsh)${version}`,
    ),
    noFile: /^-[A-Za-z]*[ceEilpr]/,
  },
];
/** Options before a script; more are not looked through. */
const MOST_OPTIONS = 4;
const LONGEST_PATH = 4096;
const ANY_MAY_EXECUTE = 0o111;
const SHEBANG = Buffer.from('#!');
/** A first argument beyond this is no path that anything can open. */
const cmdline = Buffer.alloc(2 * LONGEST_PATH);

const familyOf = (path: string): Family | undefined =>
  FAMILIES.find(({ names }) => names.test(basename(path)));
export const isInterpreter = (path: string): boolean => familyOf(path) !== undefined;

/** `words`: the command line of that interpreter. Undefined where no file is named. Pure. */
export function scriptNamed(interpreter: string, words: readonly string[]): string | undefined {
  const noFile = familyOf(interpreter)?.noFile;
  if (!noFile) return undefined;
  for (const word of words.slice(1, 2 + MOST_OPTIONS)) {
    if (!word.startsWith('-')) return word === '' ? undefined : word;
    // `--` ends options, `-` is the input.
    if (word === '-' || noFile.test(word)) return undefined;
  }
  return undefined;
}

/**
 * `folder`: of the process below /proc; `interpreter`: the path of what it runs. Undefined when it runs no file that is a script and may
 * be executed, or that may not be seen. The path is the one behind links. `mayRead`: whether the agent reads what lies there at all; a server that does not answer would stop it.
 */
export function readScript(
  folder: string,
  interpreter: string,
  mayRead: (path: string) => boolean,
): ProgramFile | undefined {
  let file: number | undefined;
  try {
    const named = scriptNamed(interpreter, readWords(folder));
    if (named === undefined) return undefined;
    const isAbsolute = named.startsWith('/');
    if (!mayRead(isAbsolute ? named : join(readlinkSync(`${folder}/cwd`), named))) return undefined;
    const openPath = isAbsolute ? `${folder}/root${named}` : `${folder}/cwd/${named}`;
    file = openSync(openPath, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
    const stat = fstatSync(file, { bigint: true });
    if (!stat.isFile() || (Number(stat.mode) & ANY_MAY_EXECUTE) === 0) return undefined;
    const first = Buffer.alloc(SHEBANG.length);
    if (readSync(file, first, 0, first.length, 0) < first.length || !first.equals(SHEBANG)) return undefined;
    const path = readlinkSync(`/proc/self/fd/${file}`);
    const key = `${stat.dev}:${stat.ino}:${stat.size}:${stat.mtimeNs}:${path}`;
    return { key, path, openPath, identity: identityOf(stat) };
  } catch {
    // The interpreter itself is metered in any case.
    return undefined;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

function readWords(folder: string): string[] {
  const file = openSync(`${folder}/cmdline`, 'r');
  try {
    const length = readSync(file, cmdline, 0, cmdline.length, 0);
    const words = cmdline.toString('utf8', 0, length).split('\0');
    // The last one has no end, or is not all there.
    words.pop();
    return words;
  } finally {
    closeSync(file);
    cmdline.fill(0);
  }
}
