/** Which catalogue counts, and how far re-mapping by it has come. */

import type { DatabaseSync } from 'node:sqlite';
import type { CatalogueState } from './contract/catalogue-in-use.ts';
import { inTransaction } from './control-database.ts';
import type { MetaValues } from './meta-values.ts';

export class CatalogueProgress {
  readonly #database: DatabaseSync;
  readonly #meta: MetaValues;

  constructor(database: DatabaseSync, meta: MetaValues) {
    this.#database = database;
    this.#meta = meta;
  }

  state(): CatalogueState {
    return {
      generation: this.#meta.counter('catalogue_generation'),
      fingerprint: this.#meta.text('catalogue_fingerprint'),
      version: this.#meta.text('catalogue_version'),
      remapFrom: this.#meta.counter('remap_from') || undefined,
    };
  }

  /** `executables`: how many have a number; with none there is nothing to map again. */
  open(fingerprint: string, version: string, executables: number): CatalogueState {
    return inTransaction(this.#database, () => {
      const before = this.state();
      this.#meta.setText('catalogue_version', version);
      if (before.fingerprint !== fingerprint) {
        this.#meta.setText('catalogue_fingerprint', fingerprint);
        this.#meta.setCounter('catalogue_generation', before.generation + 1);
        this.#meta.setCounter('remap_from', executables > 0 ? 1 : 0);
        // What an interrupted re-mapping wrote has not been derived yet.
        if (before.remapFrom === undefined) this.#meta.setCounter('remap_written', 0);
      }
      return this.state();
    });
  }

  note(generation: number, next: number, written: number): void {
    inTransaction(this.#database, () => {
      if (this.state().generation !== generation) return;
      this.#meta.setCounter('remap_from', next);
      this.#meta.setCounter('remap_written', this.#meta.counter('remap_written') + written);
    });
  }

  /** Runs inside the caller's transaction. Mappings written since it began; undefined when another one began. */
  finish(generation: number): number | undefined {
    if (this.state().generation !== generation) return undefined;
    this.#meta.setCounter('remap_from', 0);
    return this.#meta.counter('remap_written');
  }
}
