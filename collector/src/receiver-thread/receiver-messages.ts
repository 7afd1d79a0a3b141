/** What the thread that receives and the thread that has the control store say to each other. */
import type { ServerSecureContext } from '../authority/authority.ts';
import type { ReceiverNotes } from '../control/contract/receiver-control.ts';
import type { SharedExecutables } from '../control/executable-index.ts';
import type { JoinRequest } from '../control/receiver-desk.ts';
import type { ReceiverStoreStart } from '../control/receiver-store.ts';
import type { AppendWay } from '../stream/append-way.ts';

export interface ReceiverStart {
  host: string;
  /** 0 takes a free one. */
  port: number;
  logLevel: string;
  store: ReceiverStoreStart;
  appendWay: AppendWay;
  /** Newcomers and whole inventories that are let in. */
  baselinesPerSecond: number;
  /** Of one device. */
  deviceMessagesPerSecond: number;
  /** Without it, as plain HTTP, only this computer is served. */
  tls: ServerSecureContext | undefined;
  /** What notices are signed with, raw. */
  noticeKey: Uint8Array;
}

/** It listens; or it cannot, as the operating system says. */
export type ReceiverGreeting =
  | { listens: { host: string; port: number } }
  | { cannot: { message: string; code?: string; syscall?: string; address?: string; port?: number } };

/** `append-port` is answered with a MessagePort for an AppendPort. */
export type AskedByReceiver =
  | { ask: 'join'; request: JoinRequest }
  | { ask: 'note'; notes: ReceiverNotes }
  | { ask: 'append-port' };

/** `metrics` is answered with their text, `close` when everything in hand is finished. */
export type AskedOfReceiver = { ask: 'metrics' } | { ask: 'close' };

export type ToldToReceiver =
  /** Executables that nobody had named before, by the device that named them. */
  | { tell: 'named'; devices: ReadonlyMap<string, number> }
  | { tell: 'executables'; executables: SharedExecutables }
  | { tell: 'certificate'; context: ServerSecureContext };
