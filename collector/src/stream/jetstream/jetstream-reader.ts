/**
 * Reads the stream in its order, by a consumer that the servers forget when it goes: where reading is lies in the control store. Messages
 * are fetched ahead, a few at a time, so that a read finds what it asks for; nothing is acknowledged one by one.
 */
import { type ConsumerMessages, DeliverPolicy, type JetStreamClient, type JsMsg } from '@nats-io/jetstream';
import { lostRecords } from '../damaged-record.ts';
import type { StreamRange, StreamRecord } from '../stream.ts';
import { recordOf } from './jetstream-message.ts';

export interface JetStreamReaderOptions {
  client: JetStreamClient;
  name: string;
  /** The newest offset that is known, whoever appended it. */
  onHead: (head: number) => void;
}

/** Fetched ahead at most, and asked for again when half of it was taken. */
const AHEAD_MESSAGES = 2_048;
const AHEAD_BYTES = 32 * 1024 * 1024;
/** A consumer without a fetch is forgotten by the servers after this long. */
const FORGOTTEN_AFTER_NS = 300_000_000_000;
/** For the next message, when the servers say that there are more; then the reading is begun anew. */
const ARRIVES_WITHIN_MS = 5_000;
/** Of one fetch. Half of it without a sign of life is a server that has gone. */
const FETCH_MS = 5_000;

interface Fetched {
  record: StreamRecord;
  /** Messages behind it in the stream, as of when it was sent. */
  pending: number;
}

export class JetStreamReader {
  readonly #options: JetStreamReaderOptions;
  #fetched: Fetched[] = [];
  #fetchedBytes = 0;
  /** Offset of the last record that was taken, or that a read began behind. */
  #position: number | undefined;
  /** Offset of the last one fetched, with how many lay behind it. */
  #newest: { offset: number; pending: number } | undefined;
  #messages: ConsumerMessages | undefined;
  #failure: Error | undefined;
  #wake: (() => void) | undefined;
  #closed = false;

  constructor(options: JetStreamReaderOptions) {
    this.#options = options;
  }

  /** `head`: the last offset that the servers have. Rejects when they do not send what they have. */
  async read(
    after: number,
    head: number,
    { maxRecords, maxBytes }: { maxRecords: number; maxBytes: number },
  ): Promise<StreamRange> {
    if (after !== this.#position || this.#failure) await this.#begin(after);
    const until = performance.now() + ARRIVES_WITHIN_MS;
    while (!this.#holds(maxRecords, maxBytes, head)) {
      if (performance.now() > until) break;
      await this.#change(until - performance.now());
      if (this.#failure) throw this.#failure;
    }
    if (this.#fetched.length === 0 && head > after) {
      this.#failure = new Error(`the NATS servers do not send what is behind offset ${after}`);
      throw this.#failure;
    }
    return this.#take(after, maxRecords, maxBytes);
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#messages?.close();
  }

  /** All that a read may have is here: as much as it takes, or all there is. */
  #holds(maxRecords: number, maxBytes: number, head: number): boolean {
    if (this.#fetched.length >= Math.min(maxRecords, AHEAD_MESSAGES)) return true;
    if (this.#fetchedBytes >= Math.min(maxBytes, AHEAD_BYTES)) return true;
    const reached = this.#newest?.offset ?? this.#position ?? 0;
    return reached >= head || this.#newest?.pending === 0;
  }

  #take(after: number, maxRecords: number, maxBytes: number): StreamRange {
    const range: StreamRange = { records: [], through: after, unreadable: 0 };
    let bytes = 0;
    while (range.records.length < maxRecords) {
      const record = this.#fetched[range.records.length]?.record;
      if (!record || (range.records.length > 0 && bytes + record.envelope.length > maxBytes)) break;
      bytes += record.envelope.length;
      range.records.push(record);
      range.through = record.offset;
      if (record.damage !== undefined) range.unreadable++;
    }
    this.#fetched.splice(0, range.records.length);
    this.#fetchedBytes -= bytes;
    this.#position = range.through;
    this.#changed();
    return range;
  }

  async #begin(after: number): Promise<void> {
    const before = this.#messages;
    this.#messages = undefined;
    await before?.close();
    this.#fetched = [];
    this.#fetchedBytes = 0;
    this.#failure = undefined;
    this.#newest = undefined;
    this.#position = after;
    const { client, name } = this.#options;
    const consumer = await client.consumers.get(name, {
      deliver_policy: DeliverPolicy.StartSequence,
      opt_start_seq: after + 1,
      inactive_threshold: FORGOTTEN_AFTER_NS,
    });
    const messages = await consumer.consume({ max_messages: AHEAD_MESSAGES / 2, expires: FETCH_MS });
    this.#messages = messages;
    void this.#fetch(messages);
  }

  async #fetch(messages: ConsumerMessages): Promise<void> {
    let last: number | undefined;
    try {
      for await (const message of messages) {
        if (messages !== this.#messages) return;
        last = this.#add(message, last);
        while (this.#isFull() && messages === this.#messages && !this.#closed) await this.#change();
      }
      if (!this.#closed && messages === this.#messages) throw new Error('the NATS servers ended the reading');
    } catch (error) {
      if (messages !== this.#messages) return;
      this.#failure = error as Error;
      this.#changed();
    }
  }

  #add(message: JsMsg, last: number | undefined): number {
    const offset = message.seq;
    const { pending } = message.info;
    // Numbers are given without a gap: what is missing between two was there. Before the first one it may have been trimmed.
    if (last !== undefined && offset > last + 1)
      this.#push({ record: lostRecords(last + 1, offset - 1), pending });
    this.#push({ record: recordOf(offset, message.data), pending });
    this.#newest = { offset, pending };
    this.#changed();
    this.#options.onHead(offset + pending);
    return offset;
  }

  #push(fetched: Fetched): void {
    this.#fetched.push(fetched);
    this.#fetchedBytes += fetched.record.envelope.length;
  }

  #isFull(): boolean {
    return this.#fetched.length >= AHEAD_MESSAGES || this.#fetchedBytes >= AHEAD_BYTES;
  }

  /** Something was fetched or taken, or the time is over. */
  #change(mostMs?: number): Promise<void> {
    return new Promise((resolve) => {
      const before = this.#wake;
      const timer = mostMs === undefined ? undefined : setTimeout(() => resolve(), Math.max(0, mostMs));
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
        before?.();
      };
    });
  }

  #changed(): void {
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }
}
