/**
 * A disk whose power can be cut: ext4 in an image file behind a loop device. What a process wrote and did not sync is
 * in the memory of the file system and not in the image, so a copy of the image is what a power cut leaves.
 */
import { execFileSync } from 'node:child_process';
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  statfsSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const MIB = 1024 * 1024;
/** In memory a copy takes milliseconds, and flushing the image costs nothing: the guest's own syncs are what counts. */
const IN_MEMORY = '/dev/shm';
const ROOM_IN_MEMORY = 2048 * MIB;

export class LoopDisk {
  /** Where it is mounted. */
  readonly folder: string;
  readonly #place: string;

  private constructor(place: string) {
    this.#place = place;
    this.folder = join(place, 'mounted');
    mkdirSync(this.folder);
  }

  /** Empty and mounted. Throws with what mkfs or mount said. */
  static create(mebibytes: number): LoopDisk {
    const disk = new LoopDisk(newPlace());
    execFileSync('truncate', ['-s', `${mebibytes}M`, disk.#image]);
    const now = 'lazy_itable_init=0,lazy_journal_init=0,nodiscard';
    execFileSync('mkfs.ext4', ['-q', '-F', '-m', '0', '-E', now, disk.#image], { stdio: 'pipe' });
    disk.#mount();
    return disk;
  }

  /** The disk as it is after a power cut now, mounted. Whoever writes to this one must be stopped meanwhile. */
  afterPowerCut(): LoopDisk {
    const copy = new LoopDisk(newPlace());
    execFileSync('cp', ['--sparse=always', this.#image, copy.#image]);
    copy.#mount();
    return copy;
  }

  /** Until nothing fits any more. */
  fill(): void {
    const ballast = openSync(this.#ballast, 'a');
    try {
      // Ever less, so that not a block is left.
      for (const size of [MIB, 4096, 512, 1]) this.#writeUntilFull(ballast, new Uint8Array(size));
      fsyncSync(ballast);
    } finally {
      closeSync(ballast);
    }
  }

  #writeUntilFull(file: number, block: Uint8Array): void {
    try {
      for (;;) if (writeSync(file, block) < block.length) return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    }
  }

  /** Takes away what `fill` put there. */
  empty(): void {
    rmSync(this.#ballast);
  }

  get #ballast(): string {
    return join(this.folder, 'ballast');
  }

  /** Nobody may have a file open in it. */
  remove(): void {
    execFileSync('umount', ['--lazy', this.folder]);
    rmSync(this.#place, { recursive: true });
  }

  get #image(): string {
    return join(this.#place, 'image');
  }

  #mount(): void {
    execFileSync('mount', ['-o', 'loop,noatime', this.#image, this.folder], { stdio: 'pipe' });
  }
}

function newPlace(): string {
  return mkdtempSync(join(placeForImages(), 'fleetmeter-disk-'));
}

function placeForImages(): string {
  try {
    const { bavail, bsize } = statfsSync(IN_MEMORY);
    return bavail * bsize >= ROOM_IN_MEMORY ? IN_MEMORY : tmpdir();
  } catch {
    return tmpdir();
  }
}

/** Why disks cannot be made here, in words; undefined when they can. */
export function loopDiskFault(): string | undefined {
  try {
    LoopDisk.create(8).remove();
    return undefined;
  } catch (error) {
    const { stderr, message } = error as { stderr?: Buffer; message: string };
    return `${stderr?.toString().trim() || message}`;
  }
}
