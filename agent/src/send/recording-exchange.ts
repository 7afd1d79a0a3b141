/** Notes every message that goes through it, and whether the collector has it. All that the running agent sends does. */
import { Acknowledgement } from '@fleetmeter/proto';
import type { SentMessage } from '../delta/fields-sent.ts';
import type { ApiPath, Exchange, HttpAnswer } from './http-exchange.ts';
import { readAnswer } from './read-answer.ts';

export interface SentRecord {
  /** Before it is sent. Never throws, as the others. */
  handOver(envelope: Uint8Array): SentMessage | undefined;
  /** It left; nothing is known of what became of it. */
  left(message: SentMessage): void;
  answered(message: SentMessage, outcome: 'acknowledged' | 'refused'): void;
}

export class RecordingExchange implements Exchange {
  readonly #inner: Exchange;
  readonly #record: SentRecord;
  readonly #wallMs: () => number;

  constructor(inner: Exchange, record: SentRecord, wallMs: () => number) {
    this.#inner = inner;
    this.#record = record;
    this.#wallMs = wallMs;
  }

  get sentBytes(): number {
    return this.#inner.sentBytes;
  }

  async post(path: ApiPath, envelope: Uint8Array, signal: AbortSignal): Promise<HttpAnswer> {
    const message = this.#record.handOver(envelope);
    const before = this.#inner.sentBytes;
    try {
      return await this.#inner.post(path, envelope, signal).then((answer) => {
        if (message) this.#answered(message, answer);
        return answer;
      });
    } catch (error) {
      // Nothing was given to the network when the other end could not be proved to be the collector.
      if (message && this.#inner.sentBytes > before) this.#record.left(message);
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.#inner.close();
  }

  #answered(message: SentMessage, answer: HttpAnswer): void {
    this.#record.left(message);
    const verdict = readAnswer(answer, this.#wallMs());
    // Whoever answers in the collector's place, or cannot take it now, settles nothing: the same comes again.
    if (verdict.is === 'retry') return;
    if (verdict.is !== 'answer') this.#record.answered(message, 'refused');
    else if (acknowledges(message, verdict.body)) this.#record.answered(message, 'acknowledged');
  }
}

function acknowledges(message: SentMessage, body: Uint8Array): boolean {
  if (message.kind !== 'Report') return true;
  try {
    return Acknowledgement.decode(body).acceptedSequence === message.content.sequence;
  } catch {
    return false;
  }
}
