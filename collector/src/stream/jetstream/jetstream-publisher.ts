/** Appends to the stream on NATS servers: acknowledged once they say that it is kept. */
import { hash } from 'node:crypto';
import { JetStreamApiError, type JetStreamClient, jetstream } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { type NewStreamRecord, StreamFullError } from '../stream.ts';
import { messageOf } from './jetstream-message.ts';
import { type JetStreamPlace, subjectOf } from './jetstream-place.ts';

/** A device waits for its answer meanwhile, and asks again after. */
const ACKNOWLEDGED_WITHIN_MS = 5_000;
/** "maximum bytes exceeded", "maximum messages exceeded", "insufficient (storage) resources": NATS server, server/errors.json. */
const FULL_CODES: ReadonlySet<number> = new Set([10_077, 10_078, 10_023, 10_047]);
const ID_BYTES = 16;

export class JetStreamPublisher {
  readonly #place: Pick<JetStreamPlace, 'name'>;
  readonly #client: JetStreamClient;

  constructor(place: Pick<JetStreamPlace, 'name'>, connection: NatsConnection) {
    this.#place = place;
    this.#client = jetstream(connection);
  }

  /**
   * The offsets of these, in their order; those of one device come into the stream in this order. Rejects when any of them may not be
   * kept: others may be, and are recognised by the servers when they are sent again soon.
   */
  async append(records: readonly NewStreamRecord[]): Promise<number[]> {
    const sent = records.map((record) => this.#publish(record));
    const settled = await Promise.allSettled(sent);
    const failure = settled.find((each) => each.status === 'rejected');
    if (failure) throw asStreamError(failure.reason);
    return settled.map((each) => (each as PromiseFulfilledResult<number>).value);
  }

  async #publish(record: NewStreamRecord): Promise<number> {
    const { partition, payload } = messageOf(record);
    const { seq } = await this.#client.publish(subjectOf(this.#place, partition), payload, {
      msgID: idOf(record),
      timeout: ACKNOWLEDGED_WITHIN_MS,
    });
    return seq;
  }
}

/** What a device sends again is the same to the byte, its signature included. */
function idOf({ envelope }: NewStreamRecord): string {
  return hash('sha256', envelope, 'buffer').toString('base64url', 0, ID_BYTES);
}

function asStreamError(error: unknown): Error {
  if (error instanceof JetStreamApiError && FULL_CODES.has(error.code))
    return new StreamFullError(`the NATS servers take no more: ${error.message}`);
  return new Error(
    `the NATS servers did not acknowledge it: ${error instanceof Error ? error.message : String(error)}`,
  );
}
