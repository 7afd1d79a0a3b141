/** Numbers of executables, and which of them nobody has described yet. A part of ControlStore. */
import type { ExecutableId } from '@fleetmeter/proto';

export interface Executables {
  /**
   * Numbers for ids given as bytes (little-endian 64-bit each). New ids get new numbers, committed before this
   * returns. `created` lists positions of new ids.
   */
  internExecutables(ids: Uint8Array): { numbers: Uint32Array; created: number[] };
  executableCount(): number;
  /** Takes numbers from the tables, ascending and above all that were given; numbers left out are never given. */
  adoptExecutables(
    found: readonly { executableNo: number; executableId: ExecutableId; described: boolean }[],
  ): void;
  /** Positions in `numbers` of executables without processed evidence. */
  undescribed(numbers: Uint32Array): number[];
  /** Days (since 1970, UTC) on which any of these was used before it was described. */
  daysOfUndescribedUse(executableNos: readonly number[]): number[];
}
