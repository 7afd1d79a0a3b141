/**
 * The script that an interpreter runs, so that programs which are scripts (a desktop's Python tools, a package's shell wrapper) count as
 * used themselves and not only as their interpreter. Of the arguments only the place of the script is looked at, and nothing but its
 * path is kept.
 */
import { closeSync, openSync, readlinkSync, readSync } from 'node:fs';
import { basename, join } from 'node:path';
import { openRegularFile } from '../hash/regular-file.ts';
import { identityOf } from '../watch/file-identity.ts';
import { isWithin } from '../watch/is-within.ts';
import { followLinks } from '../watch/real-path.ts';
import type { ProgramFile } from './sampled-process.ts';

interface Family {
  names: RegExp;
  /** Options, also in a cluster, with which no file is named: code in the arguments, a module, input from elsewhere. */
  noFile: RegExp;
}

/** What the agent looks at to find a script. Paths are as the kernel names them. */
export interface ReadableScripts {
  /** Whether it reads what lies there at all. */
  mayRead(path: string): boolean;
  /** Whether it finds out there where another path leads: a server that does not answer would stop it. */
  mayPass(path: string): boolean;
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
 * be executed, or that may not be seen. The path is the one behind links.
 */
export function readScript(
  folder: string,
  interpreter: string,
  scripts: ReadableScripts,
): ProgramFile | undefined {
  let file: number | undefined;
  try {
    const named = scriptNamed(interpreter, readWords(folder));
    const openPath = named === undefined ? undefined : placeOf(named, folder, scripts);
    if (openPath === undefined) return undefined;
    let path = '';
    const opened = openRegularFile(openPath, {
      // By its own name: what lies on the way may have been swapped since it was looked at.
      isWanted: ({ mode }, realPath = '') => {
        path = realPath;
        return (Number(mode) & ANY_MAY_EXECUTE) !== 0 && scripts.mayRead(path);
      },
    });
    if (typeof opened === 'string') return undefined;
    file = opened.descriptor;
    const first = Buffer.alloc(SHEBANG.length);
    if (readSync(file, first, 0, first.length, 0) < first.length || !first.equals(SHEBANG)) return undefined;
    const { dev, ino, size, mtimeNs } = opened.stats;
    return {
      key: `${dev}:${ino}:${size}:${mtimeNs}:${path}`,
      path,
      openPath,
      identity: identityOf(opened.stats),
    };
  } catch {
    // The interpreter itself is metered in any case.
    return undefined;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/**
 * Where that process finds the script, behind all links, as a path that the agent can open. They are followed here and not by the
 * kernel: one that leads to a server that does not answer would stop the agent. Undefined: the way leads over what may not be looked at.
 */
function placeOf(named: string, folder: string, scripts: ReadableScripts): string | undefined {
  const root = readlinkSync(`${folder}/root`);
  const cwd = named.startsWith('/') ? '' : within(readlinkSync(`${folder}/cwd`), root);
  let isPassable = true;
  const mayLook = (path: string): boolean => {
    isPassable &&= scripts.mayPass(join(root, path));
    return isPassable;
  };
  const path = followLinks(`${cwd}/${named}`, mayLook, `${folder}/root`);
  return isPassable && path !== undefined ? `${folder}/root${path}` : undefined;
}

/** As a process with that root names it. */
const within = (path: string, root: string): string =>
  root !== '/' && isWithin(path, root) ? path.slice(root.length) : path;

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
