/**
 * What a derivation may take: both cores of a small machine, but only when nobody else wants them, and bounded
 * memory. What is larger is grouped on disk.
 */

/** Of the engine's memory; the rest is for inserts and for readers, of which four may take 3/16 each. */
const MEMORY_SHARE = 0.4;
/** From this part of its own bound on it groups on disk: what it holds besides is about as much again. */
const GROUPED_IN_MEMORY = 3 / 8;
/** Of a server elsewhere nobody said how much it has: as much as an engine on a machine of 16 GB gets. */
export const MEMORY_ELSEWHERE_BYTES = 4_000_000_000;

export function derivingMemoryBytes(engineMemoryMib: number): number {
  return Math.floor(engineMemoryMib * 1024 ** 2 * MEMORY_SHARE);
}

/** Of the processors, and nicer than inserts, whose niceness is the engine's own. */
export const DERIVING_YIELDS = 'max_threads = 2, os_thread_priority = 15';

export function derivingSettings(memoryBytes: number): string {
  const grouped = Math.floor(memoryBytes * GROUPED_IN_MEMORY);
  return `SETTINGS ${DERIVING_YIELDS}, max_memory_usage = ${memoryBytes}, max_bytes_before_external_group_by = ${grouped}`;
}
