/** Appends that arrive together are committed together; what waits for a commit is bounded. */
import { type NewStreamRecord, type Stream, StreamFullError } from './stream.ts';
import type { AppendRequest, BatchEntry } from './worker-messages.ts';

export interface AppendQueueLimits {
  /** Appends that may wait for a commit. */
  queueRecords: number;
  /** Bytes of envelopes that may wait for a commit. */
  queueBytes: number;
}

export const APPEND_QUEUE_LIMITS: AppendQueueLimits = { queueRecords: 4096, queueBytes: 64 * 1024 * 1024 };

export interface StreamAppenderOptions extends AppendQueueLimits {
  /** Resolves when these are on stable storage, with the offset of the first, or with that of each where others append in between. */
  commit(request: AppendRequest): Promise<{ first: number } | { offsets: readonly number[] }>;
  /** Called after each commit with what went into it and how long it took, waits for the disk included. */
  onCommit?: ((records: number, milliseconds: number) => void) | undefined;
}

/** One commit takes at most this much, so that neither a read nor the next commit waits long behind it. */
const BATCH_RECORDS = 512;
const BATCH_BYTES = 1024 * 1024;
/** Live data first: of what is larger than this, a commit takes so much while smaller records wait. */
const SMALL_BYTES = 4 * 1024;
const LARGE_BESIDE_SMALL_BYTES = 128 * 1024;

interface Waiting {
  record: NewStreamRecord;
  resolve: (offset: number) => void;
  reject: (error: Error) => void;
}

export class StreamAppender implements Pick<Stream, 'append'> {
  readonly #options: StreamAppenderOptions;
  #queue: Waiting[] = [];
  #queuedBytes = 0;
  #running: Promise<void> | undefined;
  #closed = false;

  constructor(options: StreamAppenderOptions) {
    this.#options = options;
  }

  append(record: NewStreamRecord): Promise<number> {
    if (this.#closed) return Promise.reject(new Error('the stream is closed'));
    const bytes = this.#queuedBytes + record.envelope.length;
    const { queueRecords, queueBytes } = this.#options;
    if (this.#queue.length >= queueRecords || (this.#queue.length > 0 && bytes > queueBytes))
      return Promise.reject(new StreamFullError('too many reports wait for the disk'));
    return new Promise((resolve, reject) => {
      this.#queue.push({ record, resolve, reject });
      this.#queuedBytes += record.envelope.length;
      this.#running ??= this.#commitUntilEmpty();
    });
  }

  /** Takes nothing more; resolves when what was taken is settled. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#running;
  }

  async #commitUntilEmpty(): Promise<void> {
    while (this.#queue.length > 0) {
      const batch = this.#takeBatch();
      const began = performance.now();
      try {
        const committed = await this.#options.commit({
          ask: 'append',
          entries: batch.map(entryOf),
          bytes: together(batch),
        });
        this.#options.onCommit?.(batch.length, performance.now() - began);
        for (const [index, waiting] of batch.entries())
          waiting.resolve(
            'first' in committed ? committed.first + index : (committed.offsets[index] as number),
          );
      } catch (error) {
        for (const waiting of batch) waiting.reject(error as Error);
      }
    }
    this.#running = undefined;
  }

  /** Records of one device stay in their order. */
  #takeBatch(): Waiting[] {
    const room = new BatchRoom(this.#queue.some(isSmall));
    const [batch, left]: [Waiting[], Waiting[]] = [[], []];
    const behind = new Set<string>();
    for (const waiting of this.#queue) {
      const { deviceId } = waiting.record;
      if (!behind.has(deviceId) && room.takes(waiting)) batch.push(waiting);
      else {
        left.push(waiting);
        behind.add(deviceId);
      }
    }
    this.#queue = left;
    this.#queuedBytes = left.reduce((sum, { record }) => sum + record.envelope.length, 0);
    return batch;
  }
}

class BatchRoom {
  readonly #mostLarge: number;
  #records = 0;
  #bytes = 0;
  #large = 0;

  constructor(smallOnesWait: boolean) {
    this.#mostLarge = smallOnesWait ? LARGE_BESIDE_SMALL_BYTES : BATCH_BYTES;
  }

  /** One that is too large for any batch has one for itself. */
  takes(waiting: Waiting): boolean {
    const { length } = waiting.record.envelope;
    const large = isSmall(waiting) ? 0 : length;
    if (this.#records >= BATCH_RECORDS) return false;
    if (this.#records > 0 && this.#bytes + length > BATCH_BYTES) return false;
    if (this.#large > 0 && this.#large + large > this.#mostLarge) return false;
    this.#records += 1;
    this.#bytes += length;
    this.#large += large;
    return true;
  }
}

function isSmall({ record }: Waiting): boolean {
  return record.envelope.length < SMALL_BYTES;
}

/** All envelopes in memory of its own, which is handed to the other thread and not copied. */
function together(batch: readonly Waiting[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(batch.reduce((sum, { record }) => sum + record.envelope.length, 0));
  let at = 0;
  for (const { record } of batch) {
    bytes.set(record.envelope, at);
    at += record.envelope.length;
  }
  return bytes;
}

function entryOf({ record }: Waiting): BatchEntry {
  const { kind, deviceId, receivedAt, envelope } = record;
  return { kind, deviceId, receivedAt, length: envelope.length };
}
