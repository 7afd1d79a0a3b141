/** Small files that must not be lost or half written: keys, secrets, the join string. */
import { closeSync, fsyncSync, linkSync, openSync, renameSync, unlinkSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/** Whole or not at all, readable by its owner only, and on the disk when this returns. */
export function writeDurably(path: string, content: Buffer): void {
  const temporary = `${path}.new`;
  writeAndSync(temporary, content);
  renameSync(temporary, path);
  syncFolder(dirname(path));
}

/** As writeDurably, and when several processes do it at once the first one's content stays. */
export function writeOnceDurably(path: string, content: Buffer): void {
  const temporary = `${path}.${process.pid}.new`;
  writeAndSync(temporary, content);
  try {
    linkSync(temporary, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    unlinkSync(temporary);
  }
  syncFolder(dirname(path));
}

/** What was made, renamed or removed in the folder is so after a power cut. */
export function syncFolder(path: string): void {
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

function writeAndSync(path: string, content: Buffer): void {
  const file = openSync(path, 'w', 0o600);
  try {
    writeSync(file, content);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
