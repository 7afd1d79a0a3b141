/** The present epoch as the agent remembers it. */
import type { InventoryDigest } from '@fleetmeter/proto';

export interface EpochParent {
  id: Uint8Array;
  /** Last sequence of the parent that the agent knows of. */
  sequence: number;
  digest: InventoryDigest;
}

export interface EpochState {
  /** 16 random bytes. */
  id: Uint8Array;
  parent: EpochParent | undefined;
  /** Of the last report composed; 0 before the first. */
  sequence: number;
  /** Of the last baseline composed, of its first part when it has several; 0 before the first. */
  baselineSequence: number;
  /** The next report has to be a baseline. */
  baselineWanted: boolean;
  /** Inventory that the collector has, as far as acknowledgements tell. */
  ackedDigest: InventoryDigest;
  /** Touched ids up to this mark were acknowledged. */
  ackedTouch: number;
  /** Hash of the host facts that were acknowledged; '' = they are due. */
  ackedHostHash: string;
}
