/** Reads one file from its first to its last byte: SHA-256, format and what it says of itself, from one open. */
import { createHash } from 'node:crypto';
import { closeSync, fstatSync, readSync } from 'node:fs';
import { executableFormat, FORMAT_BYTES } from '../watch/executable-format.ts';
import { identityOf, sameIdentity } from '../watch/file-identity.ts';
import { describeOpened } from './describe-opened.ts';
import type { HashOutcome } from './file-content.ts';
import { type OpenedFile, openSafely, reasonOf } from './safe-open.ts';

const CHUNK_BYTES = 262_144;
export interface ReadLimits {
  /** Bytes; a larger file is 'too-large', unread. */
  maxFileBytes: number;
  /** Milliseconds of reading and hashing, pauses not counted; beyond them the file is 'too-large'. */
  maxFileMs: number;
}

/** 'put-back': hashing rests for long, the file is to be begun again when it works. */
export type AfterChunk = 'go on' | 'cancelled' | 'put-back';

export interface ReadControls {
  limits: ReadLimits;
  /** Called after each chunk; waits as the pace demands. Anything but 'go on' ends the reading. */
  afterChunk(bytes: number): AfterChunk;
  /** Monotonic milliseconds that stand still while `afterChunk` waits. */
  busyMs(): number;
  waitMs(ms: number): void;
  /** Milliseconds since 1970: what inode times are compared with. */
  wallMs(): number;
}

/**
 * Inode times have the grain of a clock tick, 10 ms at most: of two writes within one the second shows in no time. So
 * a file that was written to just now is read only when a later write would show.
 */
const CLOCK_TICK_MS = 20;

const buffer = Buffer.allocUnsafe(CHUNK_BYTES);

export type ReadOutcome = HashOutcome | { kind: 'put-back' };

export function readContent(path: string, followLink: boolean, controls: ReadControls): ReadOutcome {
  const opened = openSafely(path, { followLink });
  if (typeof opened === 'string') return { kind: 'skipped', reason: opened };
  try {
    return readOpened(opened, controls);
  } catch (error) {
    return { kind: 'skipped', reason: reasonOf(error) };
  } finally {
    closeSync(opened.descriptor);
  }
}

function readOpened({ descriptor, stats }: OpenedFile, controls: ReadControls): ReadOutcome {
  const youthMs = controls.wallMs() - Number(stats.ctimeNs / 1_000_000n);
  const isYoung = youthMs >= 0 && youthMs < CLOCK_TICK_MS;
  if (isYoung) controls.waitMs(CLOCK_TICK_MS - youthMs);
  const identity = identityOf(isYoung ? fstatSync(descriptor, { bigint: true }) : stats);
  const first = Buffer.from(buffer.subarray(0, readSync(descriptor, buffer, 0, FORMAT_BYTES, 0)));
  const format = executableFormat(first);
  if (format === undefined) {
    // So that a folder full of such files is looked at as slowly as one full of programs.
    const then = controls.afterChunk(first.length);
    return then === 'go on' ? { kind: 'not-executable', identity } : { kind: then };
  }
  if (identity.size > controls.limits.maxFileBytes) return { kind: 'skipped', reason: 'too-large' };

  const sha256 = hashDescriptor(descriptor, identity.size, controls);
  if (sha256 === 'cancelled' || sha256 === 'put-back') return { kind: sha256 };
  if (typeof sha256 === 'string') return { kind: 'skipped', reason: sha256 };
  const description = describeOpened(format, first, descriptor, identity.size);
  // Read before and after: a file that somebody wrote to in between has no single content to speak of.
  if (!sameIdentity(identity, identityOf(fstatSync(descriptor, { bigint: true }))))
    return { kind: 'skipped', reason: 'changed-while-hashing' };
  return { kind: 'hashed', content: { identity, sha256, format, ...description } };
}

function hashDescriptor(
  descriptor: number,
  size: number,
  { limits, afterChunk, busyMs }: ReadControls,
): Uint8Array | 'too-large' | 'changed-while-hashing' | 'cancelled' | 'put-back' {
  const hash = createHash('sha256');
  const endMs = busyMs() + limits.maxFileMs;
  let position = 0;
  for (;;) {
    const count = readSync(descriptor, buffer, 0, CHUNK_BYTES, position);
    if (count === 0) break;
    hash.update(buffer.subarray(0, count));
    position += count;
    // A file that grows as fast as it is read would never end.
    if (position > size) return 'changed-while-hashing';
    const then = afterChunk(count);
    if (then !== 'go on') return then;
    if (busyMs() > endMs) return 'too-large';
  }
  return position === size ? Uint8Array.from(hash.digest()) : 'changed-while-hashing';
}
