/** Reads one file from its first to its last byte: SHA-256, format and what it says of itself, from one open. */
import { createHash, hash } from 'node:crypto';
import { closeSync, fstatSync, readSync } from 'node:fs';
import type { ExecutableFormat } from '@fleetmeter/proto';
import { executableFormat, FORMAT_BYTES } from '../watch/executable-format.ts';
import { identityOf, sameIdentity } from '../watch/file-identity.ts';
import { describeOpened } from './describe-opened.ts';
import type { HashOutcome, SelfDescription } from './file-content.ts';
import type { OpenedFile } from './regular-file.ts';
import { openSafely, reasonOf } from './safe-open.ts';

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
  const first = buffer.subarray(0, readSync(descriptor, buffer, 0, FORMAT_BYTES, 0));
  const format = executableFormat(first);
  if (format === undefined) {
    // So that a folder full of such files is looked at as slowly as one full of programs.
    const then = controls.afterChunk(first.length);
    return then === 'go on' ? { kind: 'not-executable', identity } : { kind: then };
  }
  if (identity.size > controls.limits.maxFileBytes) return { kind: 'skipped', reason: 'too-large' };

  const read = readToItsEnd(descriptor, identity.size, format, controls);
  if (read === 'cancelled' || read === 'put-back') return { kind: read };
  if (typeof read === 'string') return { kind: 'skipped', reason: read };
  // Read before and after: a file that somebody wrote to in between has no single content to speak of.
  if (!sameIdentity(identity, identityOf(fstatSync(descriptor, { bigint: true }))))
    return { kind: 'skipped', reason: 'changed-while-hashing' };
  return { kind: 'hashed', content: { identity, format, ...read } };
}

type ReadToItsEnd = SelfDescription & { sha256: Uint8Array };

function readToItsEnd(
  descriptor: number,
  size: number,
  format: ExecutableFormat,
  { limits, afterChunk, busyMs }: ReadControls,
): ReadToItsEnd | 'too-large' | 'changed-while-hashing' | 'cancelled' | 'put-back' {
  const endMs = busyMs() + limits.maxFileMs;
  const chunk = (position: number): Buffer =>
    buffer.subarray(0, readSync(descriptor, buffer, 0, CHUNK_BYTES, position));
  let part = chunk(0);
  const description = describeOpened(format, part, descriptor, size);
  // Most programs are one chunk: hashed in one call they leave no object that has to be collected.
  const hashing = part.length === size ? undefined : createHash('sha256');
  for (let position = 0; ; part = chunk(position)) {
    hashing?.update(part);
    position += part.length;
    // It shrinks, or grows as fast as it is read and would never end.
    if (part.length === 0 || position > size) return 'changed-while-hashing';
    const then = afterChunk(part.length);
    if (then !== 'go on') return then;
    if (busyMs() > endMs) return 'too-large';
    if (position === size) break;
  }
  const sha256 = hashing ? hashing.digest() : hash('sha256', part, 'buffer');
  return { sha256: new Uint8Array(sha256), ...description };
}
