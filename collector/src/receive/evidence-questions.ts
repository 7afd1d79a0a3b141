/**
 * Which evidence a device is asked for with an acknowledgement: of the ids its report names, and of those it is
 * known to have, what nobody has described yet and few others are being asked for.
 *
 * A first inventory names more than one acknowledgement asks for. What was left over is remembered for a while,
 * so that the acknowledgement of the evidence can ask for the next part, also while processing stands still.
 */
import { type ExecutableId, encodeIdList } from '@fleetmeter/proto';
import { BoundedCache } from '../control/bounded-cache.ts';
import type { ControlStore } from '../control/control-store.ts';
import type { EvidenceLeases } from '../control/evidence-leases.ts';

/** As the schema says of an EvidenceBatch. */
export const MAX_ASKED_IDS = 500;
/** Candidates looked at for one answer; more than are asked for, since others may be asked for the first. */
const MAX_CANDIDATES = 4096;
/** 32 KiB a device at most. */
const REMEMBERED_DEVICES = 1000;

type Evidence = Pick<ControlStore, 'withoutEvidence' | 'evidenceWantedFrom'>;

export class EvidenceQuestions {
  readonly #control: Evidence;
  readonly #leases: EvidenceLeases;
  readonly #leftOver = new BoundedCache<string, Uint8Array>(REMEMBERED_DEVICES);

  constructor(control: Evidence, leases: EvidenceLeases) {
    this.#control = control;
    this.#leases = leases;
  }

  /** `named`: ids of the device's report, 8 bytes little-endian each; none for an evidence batch. */
  ask(deviceId: string, named: Uint8Array, now: number): ExecutableId[] {
    const before = this.#leftOver.get(deviceId) ?? new Uint8Array(0);
    const missing = new Set([
      ...this.#control.withoutEvidence(named, MAX_CANDIDATES),
      ...this.#control.withoutEvidence(before, MAX_CANDIDATES),
      ...this.#control.evidenceWantedFrom(deviceId, MAX_CANDIDATES),
    ]);
    const asked = this.#leases.take(deviceId, missing, MAX_ASKED_IDS, now);
    for (const id of asked) missing.delete(id);
    if (missing.size === 0) this.#leftOver.delete(deviceId);
    else this.#leftOver.set(deviceId, encodeIdList([...missing].slice(0, MAX_CANDIDATES)));
    return asked;
  }

  /** The acknowledgement with the question did not reach the device. */
  unasked(deviceId: string, ids: readonly ExecutableId[]): void {
    this.#leases.giveBack(deviceId, ids);
  }
}
