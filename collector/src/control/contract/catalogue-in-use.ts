/** Which catalogue counts, and how far executables are mapped by it. A part of ControlStore. */
import type { DirtyTarget } from './dirty-targets.ts';

/** The catalogue that counts, and how far the mappings follow it. */
export interface CatalogueState {
  /** 0 before the first catalogue; rises with each that maps differently. */
  generation: number;
  fingerprint: string;
  /** What its authors call it. */
  version: string;
  /** The next executable number to be mapped again; undefined when all are mapped by this catalogue. */
  remapFrom: number | undefined;
}

export interface CatalogueInUse {
  catalogueState(): CatalogueState;
  /** Makes this catalogue the one that counts; one that maps differently begins a re-mapping. */
  openCatalogue(fingerprint: string, version: string): CatalogueState;
  /** Everything below `next` is mapped; nothing when another generation counts by now. */
  noteRemapped(generation: number, next: number, written: number): void;
  /** Ends the re-mapping and marks the targets when anything was written; returns how many mappings were. */
  finishRemap(generation: number, targets: DirtyTarget[], now: number): number;
}
