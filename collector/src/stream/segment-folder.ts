/**
 * The folder in which segments lie, each a file `segment-<first offset, 16 digits>.sqlite` with what SQLite keeps
 * beside it: which there are, what a crash left, and what becomes of files that cannot be opened.
 */
import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statfsSync,
} from 'node:fs';
import { basename, join } from 'node:path';

/** What a file that cannot be opened is called, for whoever wants to look at it; the newest few are kept. */
const DAMAGED = '.damaged';
const DAMAGED_KEPT = 4;
/** A file and what SQLite keeps beside it. */
const BESIDE = ['', '-wal', '-shm'];
const FILE_NAME = /^segment-(\d{16})\.sqlite$/;

export class SegmentFolder {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** First offsets of the segments there are, ascending. */
  firsts(): number[] {
    return readdirSync(this.#folder)
      .map((name) => Number(FILE_NAME.exec(name)?.[1] ?? Number.NaN))
      .filter((first) => first >= 1)
      .sort((a, b) => a - b);
  }

  path(first: number): string {
    return join(this.#folder, `segment-${String(first).padStart(16, '0')}.sqlite`);
  }

  /** Of its disk. */
  freeBytes(): number {
    const disk = statfsSync(this.#folder);
    return disk.bavail * disk.bsize;
  }

  /** Makes a new file's name durable; without it a power cut could lose the file with all its records. */
  sync(): void {
    const descriptor = openSync(this.#folder, 'r');
    try {
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
  }

  /** What a crash left behind while a segment was removed, or its log was salvaged: no file of these is read any more. */
  removeLeftovers(): void {
    const names = new Set(readdirSync(this.#folder));
    for (const name of names) {
      const log = /^(segment-\d{16}\.sqlite)-(?:wal|shm)$/.exec(name);
      if ((log && !names.has(log[1] as string)) || /\.salvage(?:-wal|-shm)?$/.test(name))
        rmSync(join(this.#folder, name), { force: true });
    }
  }

  setAside(path: string): void {
    for (const suffix of BESIDE)
      if (existsSync(path + suffix)) renameSync(path + suffix, path + DAMAGED + suffix);
    this.#forgetOldDamaged();
  }

  /** Names sort by age. */
  #forgetOldDamaged(): void {
    const kept = readdirSync(this.#folder).filter((name) => name.endsWith(DAMAGED));
    for (const name of kept.sort().slice(0, -DAMAGED_KEPT))
      for (const suffix of BESIDE) rmSync(join(this.#folder, name + suffix), { force: true });
  }
}

/** Of the segment at this path, once it was set aside. */
export function nameSetAside(path: string): string {
  return `${basename(path)}${DAMAGED}`;
}
