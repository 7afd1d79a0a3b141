/**
 * Which evidence a device is asked for with an acknowledgement: of the ids its report names, and of those it is
 * known to have, what nobody has described yet and few others are being asked for.
 *
 * A first inventory names more than one acknowledgement asks for. What was left over is remembered for a while,
 * so that the acknowledgement of the evidence can ask for the next part, also while processing stands still.
 */
import { type ExecutableId, executableIdAt } from '@fleetmeter/proto';
import { BoundedCache } from '../control/bounded-cache.ts';
import type { ReceiverControl } from '../control/contract/receiver-control.ts';
import type { EvidenceLeases, LeaseKey } from '../control/evidence-leases.ts';

/** As the schema says of an EvidenceBatch. */
const MAX_ASKED_IDS = 500;
/** Candidates looked at for one answer; more than are asked for, since others may be asked for the first. */
const MAX_CANDIDATES = 1000;
const REMEMBERED_DEVICES = 1000;
/** Ids remembered of one device. */
const REMEMBERED_BYTES = 4096 * 8;

type Evidence = Pick<ReceiverControl, 'missingEvidence' | 'evidenceWantedFrom'>;

export interface AskedEvidence {
  id: ExecutableId;
  /** Under which it is leased to the device. */
  lease: LeaseKey;
}

export class EvidenceQuestions {
  readonly #control: Evidence;
  readonly #leases: EvidenceLeases;
  readonly #leftOver = new BoundedCache<string, Uint8Array>(REMEMBERED_DEVICES);

  constructor(control: Evidence, leases: EvidenceLeases) {
    this.#control = control;
    this.#leases = leases;
  }

  /** `named`: ids of the device's report, 8 bytes little-endian each; none for an evidence batch. */
  ask(deviceId: string, named: Uint8Array, now: number): AskedEvidence[] {
    const leftOver = this.#leftOver.get(deviceId);
    const ids = leftOver
      ? Buffer.concat([named, leftOver])
      : Buffer.from(named.buffer, named.byteOffset, named.length);
    const { places, numbers } = this.#control.missingEvidence(ids, MAX_CANDIDATES);
    const idAt = (position: number): ExecutableId => executableIdAt(ids, (places[position] as number) / 8);
    const keys = numbers.map((number, position) => number || idAt(position));
    const taken = this.#leases.take(deviceId, keys, MAX_ASKED_IDS, now);
    const asked = taken.map((position) => ({ id: idAt(position), lease: keys[position] as LeaseKey }));
    const lastSeen = asked.length === MAX_ASKED_IDS ? taken.at(-1) : MAX_CANDIDATES - 1;
    const place = places[lastSeen as number];
    this.#remember(deviceId, ids.subarray(place === undefined ? ids.length : place + 8));
    if (asked.length === MAX_ASKED_IDS) return asked;
    const known = this.#control.evidenceWantedFrom(deviceId, MAX_CANDIDATES);
    const knownKeys = known.map(({ executableNo, executableId }) => executableNo || executableId);
    const further = this.#leases.take(deviceId, knownKeys, MAX_ASKED_IDS - asked.length, now);
    for (const position of further)
      asked.push({ id: known[position]?.executableId as string, lease: knownKeys[position] as LeaseKey });
    return asked;
  }

  /** The acknowledgement with the question did not reach the device. */
  unasked(deviceId: string, asked: readonly AskedEvidence[]): void {
    this.#leases.giveBack(
      deviceId,
      asked.map(({ lease }) => lease),
    );
  }

  #remember(deviceId: string, ids: Uint8Array): void {
    if (ids.length === 0) this.#leftOver.delete(deviceId);
    else this.#leftOver.set(deviceId, Uint8Array.from(ids.subarray(0, REMEMBERED_BYTES)));
  }
}
