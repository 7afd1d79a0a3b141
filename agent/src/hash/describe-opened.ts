/** What an opened program file says of itself, by the reader for its format. Synchronous: for worker threads. */
import { readSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { ExecutableFormat } from '@fleetmeter/proto';
import { describeElf } from '../evidence/elf.ts';
import { scriptInterpreter } from '../evidence/script.ts';
import type { SelfDescription } from './file-content.ts';

/**
 * Programs of other systems are rare, and threads start often: what reads them is loaded with the first one. Not by
 * import(), since nothing here may wait while a file is open.
 */
const load = createRequire(import.meta.url);
type MachO = typeof import('../evidence/mach-o/describe-mach-o.ts');
type Pe = typeof import('../evidence/pe.ts');

/**
 * `head`: the bytes that the file begins with, FORMAT_BYTES of them or more unless it has less; what lies in them is not read again, and
 * nothing of them is kept. `size`: of the file, bytes.
 */
export function describeOpened(
  format: ExecutableFormat,
  head: Uint8Array,
  descriptor: number,
  size: number,
): SelfDescription {
  if (format === 'script') return { interpreter: scriptInterpreter(head) };
  const read = (offset: number, length: number): Uint8Array => {
    if (offset >= size) return new Uint8Array(0);
    const end = Math.min(offset + length, size);
    if (end <= head.length) return head.subarray(offset, end);
    const part = Buffer.allocUnsafe(end - offset);
    return part.subarray(0, readSync(descriptor, part, 0, part.length, offset));
  };
  if (format === 'elf') return describeElf(read);
  if (format === 'macho') return (load('../evidence/mach-o/describe-mach-o.ts') as MachO).describeMachO(read);
  return format === 'pe' ? (load('../evidence/pe.ts') as Pe).describePe(read) : {};
}
