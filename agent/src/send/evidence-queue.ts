/** Evidence that the collector asked for, in batches. Forgotten at a restart: the collector asks again. */
import {
  EVIDENCE_VERSION,
  type EvidenceRecordFields,
  type ExecutableId,
  encodeIdList,
} from '@fleetmeter/proto';

/** Asked for at once at most; the collector asks again for what is beyond. */
const MOST_WAITING = 200_000;
const MOST_RECORDS = 500;
const MOST_BATCH_BYTES = 1024 * 1024;
/** Room for tags, lengths and id of a record. */
const RECORD_OVERHEAD = 32;
/** Asking again this soon means only that what was sent is not processed yet. */
const SENT_RECENTLY_MS = 30_000;

export interface EvidenceBatchInHand {
  executableIds: ExecutableId[];
  records: EvidenceRecordFields[];
}

export class EvidenceQueue {
  readonly #waiting = new Set<ExecutableId>();
  readonly #sentAtMs = new Map<ExecutableId, number>();
  readonly #evidenceOf: (executableId: ExecutableId) => Uint8Array | undefined;
  /** Records sent and accepted since the agent started. */
  sent = 0;
  /** Asked for and not in the store. */
  missing = 0;

  constructor(evidenceOf: (executableId: ExecutableId) => Uint8Array | undefined) {
    this.#evidenceOf = evidenceOf;
  }

  get size(): number {
    return this.#waiting.size;
  }

  /** `nowMs` is monotonic. */
  want(executableIds: Iterable<ExecutableId>, nowMs: number): void {
    for (const [id, sentAt] of this.#sentAtMs)
      if (nowMs - sentAt > SENT_RECENTLY_MS) this.#sentAtMs.delete(id);
    for (const id of executableIds)
      if (this.#waiting.size < MOST_WAITING && !this.#sentAtMs.has(id)) this.#waiting.add(id);
  }

  /** The next batch, which stays in the queue until sentBatch() or a later nextBatch() finds it missing. */
  nextBatch(): EvidenceBatchInHand | undefined {
    const batch: EvidenceBatchInHand = { executableIds: [], records: [] };
    let bytes = 0;
    for (const id of this.#waiting) {
      const evidence = this.#evidenceOf(id);
      if (!evidence) {
        this.#waiting.delete(id);
        this.missing++;
        continue;
      }
      bytes += evidence.length + RECORD_OVERHEAD;
      if (batch.records.length >= MOST_RECORDS || bytes > MOST_BATCH_BYTES) break;
      batch.executableIds.push(id);
      batch.records.push({ executableId: encodeIdList([id]), evidence, encodingVersion: EVIDENCE_VERSION });
    }
    return batch.records.length > 0 ? batch : undefined;
  }

  /** The batch is durable at the collector, or was refused for good. */
  settle(batch: EvidenceBatchInHand, accepted: boolean, nowMs: number): void {
    for (const id of batch.executableIds) {
      this.#waiting.delete(id);
      this.#sentAtMs.set(id, nowMs);
    }
    if (accepted) this.sent += batch.records.length;
  }
}
