/** How a thread that does not read the stream appends to it. */
import type { MessagePort } from 'node:worker_threads';
import type { JetStreamPlace } from './jetstream/jetstream-place.ts';
import type { Stream } from './stream.ts';

/** Of which other threads are given a part. */
export interface SharedStream extends Stream {
  /** A new one for each thread, and for each time that it begins again. Throws when the stream is closed. */
  appendWay(): AppendWay;
}

/** `port`: the first one for an AppendPort, since what is asked of the other thread may take its time. */
export type AppendWay = { port: MessagePort } | { jetStream: JetStreamPlace };
