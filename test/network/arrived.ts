/**
 * What one device's accepted reports add up to, read from the collector's stream: state with a merge, each report
 * counting once. Written from the protocol, and not from the processor.
 */
import { decodeIdList, decodeSlots, EvidenceBatch, Report } from '@fleetmeter/proto';
import { reopenVerifiedEnvelope } from '@fleetmeter/proto/opening';
import type { Stream } from '../../collector/src/stream/stream.ts';

const MOST_BYTES = 64 * 1024 * 1024;
const NO_BYTES = new Uint8Array();

export interface ArrivedUsage {
  seconds: number;
  launches: number;
  slots: Set<number>;
}

export class Arrived {
  readonly inventory = new Set<string>();
  /** "day executable" to values. */
  readonly usage = new Map<string, ArrivedUsage>();
  readonly evidence = new Set<string>();
  /** Of reports, each once. */
  readonly sequences = new Set<string>();
  /** Reports that came again. */
  repeated = 0;
  /** Changes to a state that was not there: the report before is missing. */
  gaps = 0;
  #head = 0;

  take(kind: 'report' | 'evidence', envelope: Uint8Array): void {
    if (kind === 'evidence') {
      const { message } = reopenVerifiedEnvelope(envelope, 'EvidenceBatch', MOST_BYTES);
      for (const record of EvidenceBatch.decode(message).records)
        for (const id of decodeIdList(record.executableId ?? NO_BYTES)) this.evidence.add(id);
      return;
    }
    const report = Report.decode(reopenVerifiedEnvelope(envelope, 'Report', MOST_BYTES).message);
    const name = `${Buffer.from(report.epoch?.id ?? []).toString('hex')} ${report.sequence}`;
    if (this.sequences.has(name)) return void this.repeated++;
    this.sequences.add(name);
    this.#changeInventory(report);
    this.#mergeUsage(report);
  }

  #changeInventory({ inventory: change, sequence }: Report): void {
    if (change?.baseline) this.inventory.clear();
    else if (sequence !== this.#head + 1) this.gaps++;
    this.#head = sequence;
    for (const id of decodeIdList(change?.presentIds ?? NO_BYTES)) this.inventory.add(id);
    for (const id of decodeIdList(change?.absentIds ?? NO_BYTES)) this.inventory.delete(id);
  }

  #mergeUsage({ usage }: Report): void {
    for (const record of usage?.records ?? []) {
      const [id] = decodeIdList(record.executableId ?? NO_BYTES);
      const key = `${record.day} ${id}`;
      const sums = this.usage.get(key) ?? { seconds: 0, launches: 0, slots: new Set() };
      const launches = Object.values(record.launches ?? {}).reduce((sum, each) => sum + Number(each), 0);
      sums.seconds = Math.max(sums.seconds, record.seconds ?? 0);
      sums.launches = Math.max(sums.launches, launches);
      for (const slot of decodeSlots(record.slots ?? NO_BYTES) ?? []) sums.slots.add(slot);
      this.usage.set(key, sums);
    }
  }
}

/** By device id, 16 hex digits. */
export async function arrivedOf(stream: Pick<Stream, 'read'>): Promise<Map<string, Arrived>> {
  const devices = new Map<string, Arrived>();
  for (let after = 0; ; ) {
    const range = await stream.read(after, { maxRecords: 500, maxBytes: MOST_BYTES });
    for (const { deviceId, kind, envelope } of range.records) {
      const arrived = devices.get(deviceId) ?? new Arrived();
      devices.set(deviceId, arrived);
      arrived.take(kind, envelope);
    }
    if (range.records.length === 0) return devices;
    after = range.through;
  }
}
