/** What is read of one process in its folder of /proc. */
import { closeSync, openSync, readFileSync, readlinkSync, readSync, statSync } from 'node:fs';
import type { ProcessCircumstances } from './launch-origin.linux.ts';
import { type ProcessStat, parseProcessStat } from './process-stat.linux.ts';
import type { ProgramFile } from './sampled-process.ts';

const DELETED = ' (deleted)';
const buffer = Buffer.alloc(4096);

/** undefined: the line makes no sense. Throws when it cannot be read. */
export function readProcessStat(folder: string): ProcessStat | undefined {
  const file = openSync(`${folder}/stat`, 'r');
  try {
    return parseProcessStat(buffer.toString('latin1', 0, readSync(file, buffer)));
  } finally {
    closeSync(file);
  }
}

/** Files kept open at most, over all processes. Beyond it a process is read whole whenever it is due. */
const MOST_OPEN = 4_000;
const SPACE = 0x20;
/** Of statm: size, resident, shared, text. */
const TEXT_FIELD = 3;

/**
 * Whether a process still runs the code that it ran: the size of its text, through a file that is open on this process and fails
 * when that has ended, whoever has its number then. One that ended and is not reaped yet has no text.
 */
export class CodeWatch {
  static #open = 0;
  static #mostOpen: number | undefined;
  #file: number | undefined;
  readonly #text: number;

  private constructor(file: number | undefined) {
    this.#file = file;
    this.#text = file === undefined ? -1 : textOf(file);
  }

  /** Never throws: without a file it is never sure. */
  static open(folder: string): CodeWatch {
    CodeWatch.#mostOpen ??= mostOpenFiles();
    if (CodeWatch.#open >= CodeWatch.#mostOpen) return new CodeWatch(undefined);
    try {
      const watch = new CodeWatch(openSync(`${folder}/statm`, 'r'));
      CodeWatch.#open++;
      return watch;
    } catch {
      return new CodeWatch(undefined);
    }
  }

  isSame(): boolean {
    return this.#file !== undefined && this.#text > 0 && textOf(this.#file) === this.#text;
  }

  close(): void {
    if (this.#file === undefined) return;
    closeSync(this.#file);
    this.#file = undefined;
    CodeWatch.#open--;
  }
}

/** Pages of text; -1: the process has ended. */
function textOf(file: number): number {
  let length: number;
  try {
    length = readSync(file, buffer, 0, 128, 0);
  } catch {
    return -1;
  }
  let [field, pages] = [0, 0];
  for (let at = 0; at < length; at++) {
    const unit = buffer[at] as number;
    if (unit === SPACE) field++;
    else if (field === TEXT_FIELD) pages = pages * 10 + unit - 0x30;
    if (field > TEXT_FIELD) break;
  }
  return pages;
}

export function readCircumstances(
  folder: string,
  stat: Pick<ProcessStat, 'pid' | 'name' | 'tty'>,
): ProcessCircumstances {
  return { ...stat, cgroup: readText(`${folder}/cgroup`) };
}

/** undefined: it may not be seen. Throws when it cannot be read for another reason. */
export function readProgram(folder: string): ProgramFile | undefined {
  try {
    const openPath = `${folder}/exe`;
    const link = readlinkSync(openPath);
    const path = link.endsWith(DELETED) ? link.slice(0, -DELETED.length) : link;
    const { dev, ino, size, mtimeNs, ctimeNs } = statSync(openPath, { bigint: true });
    // Deleting a file changes its ctime, so the key goes without.
    const key = `${dev}:${ino}:${size}:${mtimeNs}:${path}`;
    const identity = {
      device: `${dev}`,
      inode: `${ino}`,
      size: Number(size),
      mtimeNs: `${mtimeNs}`,
      ctimeNs: `${ctimeNs}`,
    };
    return { key, path, openPath, identity };
  } catch (error) {
    // Programs of others, when this is not root; of a process that ends; on a server that is gone; at too long a path.
    if (isOurs(error)) throw error;
    return undefined;
  }
}

/** The user who started it; the owner of /proc/PID would be root for programs that are not dumpable. */
export function readUid(folder: string): number | undefined {
  const uid = /^Uid:\s+(\d+)/m.exec(readText(`${folder}/status`))?.[1];
  return uid === undefined ? undefined : Number(uid);
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch (error) {
    if (isOurs(error)) throw error;
    return '';
  }
}

/** There is no more room for files or memory here: it says nothing of the process. */
function isOurs(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'EMFILE' || code === 'ENFILE' || code === 'ENOMEM';
}

/** Others need files too. */
function mostOpenFiles(): number {
  const limit = /^Max open files\s+(\d+)/m.exec(readText('/proc/self/limits'))?.[1];
  return limit === undefined ? MOST_OPEN : Math.min(MOST_OPEN, Math.floor(Number(limit) / 4));
}
