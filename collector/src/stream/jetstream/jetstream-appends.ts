/** Appends of the thread that receives, over a connection of its own: with nobody between it and the servers. */
import type { NatsConnection } from '@nats-io/transport-node';
import { recordsOf } from '../batch-records.ts';
import type { AppendRequest } from '../worker-messages.ts';
import { connectJetStream, type JetStreamPlace } from './jetstream-place.ts';
import { JetStreamPublisher } from './jetstream-publisher.ts';

export class JetStreamAppends {
  readonly #place: JetStreamPlace;
  #connected: Promise<{ connection: NatsConnection; publisher: JetStreamPublisher }> | undefined;

  constructor(place: JetStreamPlace) {
    this.#place = place;
  }

  /** Connects with the first; one that cannot is tried again with the next. */
  async append({ entries, bytes }: AppendRequest): Promise<{ offsets: readonly number[] }> {
    this.#connected ??= this.#connect().catch((error) => {
      this.#connected = undefined;
      throw error;
    });
    const { publisher } = await this.#connected;
    return { offsets: await publisher.append(recordsOf(entries, bytes)) };
  }

  async close(): Promise<void> {
    await (await this.#connected?.catch(() => undefined))?.connection.close();
  }

  async #connect() {
    const connection = await connectJetStream(this.#place, 'receiving');
    return { connection, publisher: new JetStreamPublisher(this.#place, connection) };
  }
}
