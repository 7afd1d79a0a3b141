/**
 * The stream on NATS JetStream, for when one machine is not enough: receivers append to it over the network, and the servers keep it.
 * Offsets are the stream's own sequence numbers. What is full takes nothing more, and never drops what waits.
 */
import {
  JetStreamApiCodes,
  JetStreamApiError,
  type JetStreamManager,
  jetstream,
  jetstreamManager,
} from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import type { AppendWay, SharedStream } from '../append-way.ts';
import { lostRecords } from '../damaged-record.ts';
import type { NewStreamRecord, StreamBacklog, StreamRange, StreamStats } from '../stream.ts';
import { recordOf } from './jetstream-message.ts';
import { connectJetStream, type JetStreamPlace } from './jetstream-place.ts';
import { JetStreamPublisher } from './jetstream-publisher.ts';
import { JetStreamReader } from './jetstream-reader.ts';

export interface JetStreamOptions extends JetStreamPlace {
  /** Offsets up to here were given out: pass the reader's checkpoint. */
  notBefore: number;
}

/** An administrator has to decide: the message says what about. */
export class JetStreamConditionError extends Error {
  override name = 'JetStreamConditionError';
}

/** A record that is sent again within this time is recognised: agents try again within minutes. */
const RECOGNISED_FOR_NS = 600_000_000_000;

/** Resolves once the stream is there, made if need be. Rejects with JetStreamConditionError. */
export async function openJetStream(options: JetStreamOptions): Promise<JetStreamStream> {
  const connection = await connectJetStream(options, 'processing');
  try {
    const manager = await jetstreamManager(connection);
    const head = await headOf(manager, options);
    if (head < options.notBefore)
      throw new JetStreamConditionError(
        `the stream ${options.name} ends at offset ${head}, and everything up to ${options.notBefore} was processed already: ` +
          'it was made anew or is an older copy; give streamName another name and restore nothing, or bring the stream back',
      );
    return new JetStreamStream(options, connection, manager);
  } catch (error) {
    await connection.close();
    throw error;
  }
}

async function headOf(manager: JetStreamManager, place: JetStreamPlace): Promise<number> {
  const { name, replicas, maxBytes } = place;
  try {
    return (await manager.streams.info(name)).state.last_seq;
  } catch (error) {
    if (!(error instanceof JetStreamApiError) || error.code !== JetStreamApiCodes.StreamNotFound) throw error;
  }
  const { state } = await manager.streams
    .add({
      ...{ name, subjects: [`${name}.*`], storage: 'file', retention: 'limits', discard: 'new' },
      ...{ num_replicas: replicas, max_bytes: maxBytes, duplicate_window: RECOGNISED_FOR_NS },
      ...{ deny_delete: true, allow_direct: true },
    })
    .catch((error: Error) => {
      throw new JetStreamConditionError(
        `the NATS servers cannot make the stream ${name} with ${replicas} replicas (streamReplicas): ${error.message}`,
      );
    });
  return state.last_seq;
}

export class JetStreamStream implements SharedStream {
  readonly #place: JetStreamPlace;
  readonly #connection: NatsConnection;
  readonly #manager: JetStreamManager;
  readonly #publisher: JetStreamPublisher;
  readonly #reader: JetStreamReader;
  readonly #listeners = new Set<(head: number) => void>();
  #unreadable = 0;
  readonly serverVersion: string;
  /** For an administrator: what is not as it is meant to be where reports must not be lost. */
  readonly warnings: readonly string[];

  constructor(place: JetStreamPlace, connection: NatsConnection, manager: JetStreamManager) {
    this.#place = place;
    this.serverVersion = connection.info?.version ?? '';
    const largest = connection.info?.max_payload ?? 0;
    this.warnings = warningsOf(this.serverVersion, place.replicas, largest);
    this.#connection = connection;
    this.#manager = manager;
    this.#publisher = new JetStreamPublisher(place, connection);
    const onHead = (head: number): void => this.#tell(head);
    this.#reader = new JetStreamReader({ client: jetstream(connection), name: place.name, onHead });
  }

  appendWay(): AppendWay {
    return { jetStream: this.#place };
  }

  async append(record: NewStreamRecord): Promise<number> {
    const [offset = 0] = await this.#publisher.append([record]);
    this.#tell(offset);
    return offset;
  }

  async read(after: number, limits: { maxRecords: number; maxBytes: number }): Promise<StreamRange> {
    const { last_seq: head, messages } = await this.#state();
    const range = await this.#rangeBehind(after, head, messages, limits);
    this.#unreadable += range.unreadable;
    return range;
  }

  async #rangeBehind(
    after: number,
    head: number,
    messages: number,
    limits: { maxRecords: number; maxBytes: number },
  ): Promise<StreamRange> {
    if (head <= after) return { records: [], through: after, unreadable: 0 };
    if (messages > 0) return await this.#reader.read(after, head, limits);
    return { records: [lostRecords(after + 1, head)], through: head, unreadable: 1 };
  }

  onAppend(listener: (head: number) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async trim(through: number): Promise<void> {
    if (through > 0) await this.#manager.streams.purge(this.#place.name, { seq: through + 1 });
  }

  async stats(): Promise<StreamStats> {
    const { last_seq: head, messages: records, bytes } = await this.#state();
    return {
      ...{ head, bytes, records, unreadable: this.#unreadable, salvaged: 0, dropped: 0 },
      // The servers' disks are watched where they are.
      freeBytes: Number.POSITIVE_INFINITY,
    };
  }

  async backlog(after: number): Promise<StreamBacklog> {
    const { first_seq: first, last_seq: last, messages, bytes } = await this.#state();
    const from = Math.max(after + 1, first);
    const records = messages === 0 ? 0 : Math.max(0, last - from + 1);
    if (records === 0) return { records, bytes: 0, oldestReceivedAt: undefined };
    const oldest = await this.#manager.streams.getMessage(this.#place.name, { seq: from });
    const record = oldest && recordOf(from, oldest.data);
    return {
      records,
      bytes: Math.round((bytes * records) / messages),
      oldestReceivedAt: record && record.damage === undefined ? record.receivedAt : undefined,
    };
  }

  async close(): Promise<void> {
    await this.#reader.close();
    await this.#connection.close();
  }

  async #state() {
    return (await this.#manager.streams.info(this.#place.name)).state;
  }

  #tell(head: number): void {
    for (const listener of this.#listeners) listener(head);
  }
}

/** The least for production: docs/nats.md. */
const LEAST_VERSION = [2, 12, 3] as const;
const LEAST_REPLICAS = 3;
/** Of one message with its headers: the largest that devices may send is a little more than the servers' own default. */
const LEAST_PAYLOAD_BYTES = 1_050_000;

/** `version`: "2.12.3", perhaps with more behind it. */
export function warningsOf(version: string, replicas: number, largestPayload: number): string[] {
  const numbers = version.split(/[.-]/, LEAST_VERSION.length).map(Number);
  const difference =
    LEAST_VERSION.map((least, index) => (numbers[index] ?? 0) - least).find((each) => each !== 0) ?? 0;
  return [
    ...(difference < 0 || Number.isNaN(difference)
      ? [
          `the NATS servers are of version ${version}: from ${LEAST_VERSION.join('.')} on they keep what they acknowledged`,
        ]
      : []),
    ...(replicas < LEAST_REPLICAS
      ? [
          `each report is kept by ${replicas} of the NATS servers (streamReplicas): with it goes what was acknowledged`,
        ]
      : []),
    ...(largestPayload < LEAST_PAYLOAD_BYTES
      ? [
          `the NATS servers take ${largestPayload} bytes at once (max_payload): a report may need ${LEAST_PAYLOAD_BYTES}`,
        ]
      : []),
  ];
}
