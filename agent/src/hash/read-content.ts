/** Reads one file from its first to its last byte: SHA-256, format and what it says of itself, from one open. */
import { createHash } from 'node:crypto';
import { closeSync, fstatSync, readSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describeElf } from '../evidence/elf.ts';
import { scriptInterpreter } from '../evidence/script.ts';
import { executableFormat, FORMAT_BYTES } from '../watch/executable-format.ts';
import { identityOf, sameIdentity } from '../watch/file-identity.ts';
import type { HashOutcome, SelfDescription } from './file-content.ts';
import { type OpenedFile, openSafely, reasonOf } from './safe-open.ts';

const CHUNK_BYTES = 262_144;
/**
 * Programs of other systems are rare, and threads start often: what reads them is loaded with the first one. Not by
 * import(), since nothing here may wait while a file is open.
 */
const load = createRequire(import.meta.url);
type MachO = typeof import('../evidence/mach-o/describe-mach-o.ts');
type Pe = typeof import('../evidence/pe.ts');

export interface ReadLimits {
  /** Bytes; a larger file is 'too-large', unread. */
  maxFileBytes: number;
  /** Milliseconds of reading and hashing, pauses not counted; beyond them the file is 'too-large'. */
  maxFileMs: number;
}

export interface ReadControls {
  limits: ReadLimits;
  /** Called after each chunk; waits as the pace demands. False ends the reading: 'cancelled'. */
  afterChunk(bytes: number): boolean;
  /** Monotonic milliseconds that stand still while `afterChunk` waits. */
  busyMs(): number;
}

const buffer = Buffer.allocUnsafe(CHUNK_BYTES);

export function readContent(path: string, followLink: boolean, controls: ReadControls): HashOutcome {
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

function readOpened({ descriptor, stats }: OpenedFile, controls: ReadControls): HashOutcome {
  const identity = identityOf(stats);
  const first = Buffer.from(buffer.subarray(0, readSync(descriptor, buffer, 0, FORMAT_BYTES, 0)));
  const format = executableFormat(first);
  if (format === undefined) return { kind: 'not-executable', identity };
  if (identity.size > controls.limits.maxFileBytes) return { kind: 'skipped', reason: 'too-large' };

  const sha256 = hashDescriptor(descriptor, identity.size, controls);
  if (typeof sha256 === 'string')
    return sha256 === 'cancelled' ? { kind: 'cancelled' } : { kind: 'skipped', reason: sha256 };
  const description = describe(format, first, descriptor, identity.size);
  // Read before and after: a file that somebody wrote to in between has no single content to speak of.
  if (!sameIdentity(identity, identityOf(fstatSync(descriptor, { bigint: true }))))
    return { kind: 'skipped', reason: 'changed-while-hashing' };
  return { kind: 'hashed', content: { identity, sha256, format, ...description } };
}

function hashDescriptor(
  descriptor: number,
  size: number,
  { limits, afterChunk, busyMs }: ReadControls,
): Uint8Array | 'too-large' | 'changed-while-hashing' | 'cancelled' {
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
    if (!afterChunk(count)) return 'cancelled';
    if (busyMs() > endMs) return 'too-large';
  }
  return position === size ? Uint8Array.from(hash.digest()) : 'changed-while-hashing';
}

function describe(format: string, first: Buffer, descriptor: number, size: number): SelfDescription {
  if (format === 'script') return { interpreter: scriptInterpreter(first) };
  const read = (offset: number, length: number): Uint8Array => {
    if (offset >= size) return new Uint8Array(0);
    const part = Buffer.allocUnsafe(Math.min(length, size - offset));
    return part.subarray(0, readSync(descriptor, part, 0, part.length, offset));
  };
  if (format === 'elf') return describeElf(read);
  if (format === 'macho') return (load('../evidence/mach-o/describe-mach-o.ts') as MachO).describeMachO(read);
  return format === 'pe' ? (load('../evidence/pe.ts') as Pe).describePe(read) : {};
}
