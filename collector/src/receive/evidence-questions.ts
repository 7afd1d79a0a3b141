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
const MAX_CANDIDATES = 1000;
const REMEMBERED_DEVICES = 1000;
/** Ids remembered of one device. */
const REMEMBERED_BYTES = 4096 * 8;

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
    const leftOver = this.#leftOver.get(deviceId);
    const ids = leftOver
      ? Buffer.concat([named, leftOver])
      : Buffer.from(named.buffer, named.byteOffset, named.length);
    const missing = this.#control.withoutEvidence(ids, MAX_CANDIDATES);
    const asked = this.#leases.take(deviceId, missing, MAX_ASKED_IDS, now);
    const lastSeen = asked.length === MAX_ASKED_IDS ? asked.at(-1) : missing[MAX_CANDIDATES - 1];
    this.#remember(deviceId, lastSeen === undefined ? ids.subarray(ids.length) : idsAfter(ids, lastSeen));
    if (asked.length === MAX_ASKED_IDS) return asked;
    const known = this.#control.evidenceWantedFrom(deviceId, MAX_CANDIDATES);
    return [...asked, ...this.#leases.take(deviceId, known, MAX_ASKED_IDS - asked.length, now)];
  }

  /** The acknowledgement with the question did not reach the device. */
  unasked(deviceId: string, ids: readonly ExecutableId[]): void {
    this.#leases.giveBack(deviceId, ids);
  }

  #remember(deviceId: string, ids: Uint8Array): void {
    if (ids.length === 0) this.#leftOver.delete(deviceId);
    else this.#leftOver.set(deviceId, Uint8Array.from(ids.subarray(0, REMEMBERED_BYTES)));
  }
}

/** What follows the last occurrence of this id in the list. */
function idsAfter(ids: Buffer, id: ExecutableId): Uint8Array {
  const bytes = encodeIdList([id]);
  let at = ids.lastIndexOf(bytes);
  // Eight equal bytes can also be found across two ids.
  while (at > 0 && at % 8 !== 0) at = ids.lastIndexOf(bytes, at - 1);
  return ids.subarray(at + 8);
}
