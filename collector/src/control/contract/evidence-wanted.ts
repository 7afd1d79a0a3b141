/** Whose evidence is missing, and who could send it. A part of ControlStore. */
import type { ExecutableId } from '@fleetmeter/proto';
import type { WantedExecutable } from '../wanted-evidence.ts';

export interface EvidenceWanted {
  /** Of these ids (bytes as above), those without processed evidence, at most `limit` (default: all). */
  withoutEvidence(ids: Uint8Array, limit?: number): ExecutableId[];
  /**
   * Notes who has executables that nobody described. Commits them, and a power cut may take them back: whoever notes them
   * before their range is committed does so again.
   */
  wantEvidence(wanted: readonly WantedExecutable[]): void;
  /** Enough devices are noted for this executable's evidence: more would gain nothing. */
  hasEnoughHolders(executableNo: number): boolean;
  /**
   * The evidence of these numbers was in the tables and is lost: it is wanted again, of the devices that are known to
   * have it and of whoever names it next.
   */
  evidenceLost(
    numbers: readonly number[],
    holders: readonly { executableNo: number; deviceId: string }[],
  ): void;
}
