/** Where the stream is on NATS servers, and connecting to it. */
import { connect, type NatsConnection } from '@nats-io/transport-node';

export interface JetStreamPlace {
  /** `nats://` or `tls://`, separated by commas; any of them leads to the others. */
  servers: string;
  user?: string | undefined;
  password?: string | undefined;
  /** Certificates, PEM, of the authorities that the servers' certificates must come from; not set: those of the system. */
  authorities?: string | undefined;
  /** Name of the stream, and of the subjects in it: `<name>.<partition>`. */
  name: string;
  /** Servers that keep each record. */
  replicas: number;
  /** Of the whole stream; beyond it the servers take nothing. */
  maxBytes: number;
}

/** Between two tries to reach a server again. */
const RECONNECT_MS = 500;
const ANSWERS_WITHIN_MS = 10_000;

/**
 * Rejects when none of the servers is reached now. A connection that is lost later is made anew, with any of the servers, for ever;
 * meanwhile everything asked over it fails.
 */
export function connectJetStream(place: JetStreamPlace, what: string): Promise<NatsConnection> {
  return connect({
    servers: place.servers.split(','),
    name: `fleetmeter ${what}`,
    ...(place.user !== undefined && { user: place.user, pass: place.password ?? '' }),
    ...(place.authorities !== undefined && { tls: { ca: place.authorities } }),
    ...{ maxReconnectAttempts: -1, reconnectTimeWait: RECONNECT_MS, timeout: ANSWERS_WITHIN_MS },
  });
}

export const subjectOf = ({ name }: Pick<JetStreamPlace, 'name'>, partition: number): string =>
  `${name}.${partition}`;
