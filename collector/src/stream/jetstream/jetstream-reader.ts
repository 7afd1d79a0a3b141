/**
 * Reads the stream in its order, by a consumer that the servers forget when it goes: where reading is lies in the control store. Messages
 * are fetched ahead, a few at a time, so that a read finds what it asks for; nothing is acknowledged one by one.
 */
import { type ConsumerMessages, DeliverPolicy, type JetStreamClient, type JsMsg } from '@nats-io/jetstream';
import { Rest } from '../../clock/rest.ts';
import { lostRecords } from '../damaged-record.ts';
import type { StreamRange, StreamRecord } from '../stream.ts';
import { recordOf } from './jetstream-message.ts';

export interface JetStreamReaderOptions {
  client: JetStreamClient;
  name: string;
  /** The newest offset that is known, whoever appended it. */
  onHead: (head: number) => void;
}

/** Kept ahead of reads at most, beside what one fetch brings. */
const AHEAD_MESSAGES = 2_048;
const AHEAD_BYTES = 32 * 1024 * 1024;
const FETCH_BYTES = 16 * 1024 * 1024;
/** A consumer without a fetch is forgotten by the servers after this long. */
const FORGOTTEN_AFTER_NS = 300_000_000_000;
/** For the next message, when the servers say that there are more; then the reading is begun anew. */
const ARRIVES_WITHIN_MS = 5_000;
/** Of one fetch. Half of it without a sign of life is a server that has gone. */
const FETCH_MS = 5_000;

export class JetStreamReader {
  readonly #options: JetStreamReaderOptions;
  #fetched: StreamRecord[] = [];
  #fetchedBytes = 0;
  /** Offset of the last record that was taken, or that a read began behind. */
  #position: number | undefined;
  /** Offset of the last one that was fetched. */
  #reached = 0;
  #messages: ConsumerMessages | undefined;
  #failure: Error | undefined;
  /** Of a read, until there is more; of fetching, until some of it was taken. */
  readonly #untilFetched = new Rest();
  readonly #untilTaken = new Rest();

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
      const leftMs = until - performance.now();
      if (leftMs <= 0) break;
      await this.#untilFetched.for(leftMs);
      if (this.#failure) throw this.#failure;
    }
    if (this.#fetched.length === 0 && head > after) {
      this.#failure = new Error(`the NATS servers do not send what is behind offset ${after}`);
      throw this.#failure;
    }
    return this.#take(after, maxRecords, maxBytes);
  }

  /** A read that waits meanwhile waits in vain. */
  async close(): Promise<void> {
    const messages = this.#messages;
    this.#messages = undefined;
    this.#untilTaken.wake();
    await messages?.close();
  }

  /** All that a read may have is here: as much as it takes, or all there is. */
  #holds(maxRecords: number, maxBytes: number, head: number): boolean {
    if (this.#fetched.length >= Math.min(maxRecords, AHEAD_MESSAGES)) return true;
    if (this.#fetchedBytes >= Math.min(maxBytes, AHEAD_BYTES)) return true;
    return this.#reached >= head;
  }

  #take(after: number, maxRecords: number, maxBytes: number): StreamRange {
    const range: StreamRange = { records: [], through: after, unreadable: 0 };
    let bytes = 0;
    while (range.records.length < maxRecords) {
      const record = this.#fetched[range.records.length];
      if (!record || (range.records.length > 0 && bytes + record.envelope.length > maxBytes)) break;
      bytes += record.envelope.length;
      range.records.push(record);
      range.through = record.offset;
      if (record.damage !== undefined) range.unreadable++;
    }
    this.#fetched.splice(0, range.records.length);
    this.#fetchedBytes -= bytes;
    this.#position = range.through;
    this.#untilTaken.wake();
    return range;
  }

  async #begin(after: number): Promise<void> {
    this.#position = undefined;
    await this.close();
    this.#fetched = [];
    this.#fetchedBytes = 0;
    this.#reached = after;
    this.#failure = undefined;
    const { client, name } = this.#options;
    const consumer = await client.consumers.get(name, {
      deliver_policy: DeliverPolicy.StartSequence,
      opt_start_seq: after + 1,
      inactive_threshold: FORGOTTEN_AFTER_NS,
    });
    const messages = await consumer.consume({ max_bytes: FETCH_BYTES, expires: FETCH_MS });
    this.#messages = messages;
    this.#position = after;
    void this.#fetch(messages);
  }

  async #fetch(messages: ConsumerMessages): Promise<void> {
    try {
      for await (const message of messages) {
        if (messages !== this.#messages) return;
        this.#add(message);
        while (this.#isFull() && messages === this.#messages) await this.#untilTaken.for();
      }
      throw new Error('the NATS servers ended the reading');
    } catch (error) {
      if (messages !== this.#messages) return;
      this.#failure = error as Error;
      this.#untilFetched.wake();
    }
  }

  /** Numbers are given without a gap, and nothing is trimmed that was not read: what is missing is lost. */
  #add({ seq: offset, data, info }: JsMsg): void {
    if (offset > this.#reached + 1) this.#push(lostRecords(this.#reached + 1, offset - 1));
    this.#push(recordOf(offset, data));
    this.#reached = offset;
    this.#untilFetched.wake();
    this.#options.onHead(offset + info.pending);
  }

  #push(record: StreamRecord): void {
    this.#fetched.push(record);
    this.#fetchedBytes += record.envelope.length;
  }

  #isFull(): boolean {
    return this.#fetched.length >= AHEAD_MESSAGES || this.#fetchedBytes >= AHEAD_BYTES;
  }
}
