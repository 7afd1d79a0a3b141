/**
 * The control store as a receiver sees it: a connection of its own that only reads, what threads share, and a desk where
 * things are written. Any number of them, in any thread of the process whose control store it is.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { DirectiveFields, SettingsFields } from '@fleetmeter/proto';
import type { EnrolledDevice } from './contract/device-keys.ts';
import {
  JoinRefusedError,
  type Newcomer,
  type ReceiverControl,
  type UntoldRecord,
} from './contract/receiver-control.ts';
import { openControlReader } from './control-database.ts';
import { DeviceNews } from './device-news.ts';
import { directiveAction } from './directive-action.ts';
import { ExecutableIndex, type MissingEvidence, type SharedExecutables } from './executable-index.ts';
import { GroupSettings } from './group-settings.ts';
import { KnownKeys } from './known-keys.ts';
import { MetaValues } from './meta-values.ts';
import { MoveNotices } from './move-notices.ts';
import { NoticesInForce } from './notices-in-force.ts';
import type { ReceiverDesk } from './receiver-desk.ts';
import { ReceiverNoteBook } from './receiver-note-book.ts';
import { SettingsInForce } from './settings-in-force.ts';
import type { WantedExecutable } from './wanted-evidence.ts';
import { WhatWaits } from './what-waits.ts';

/** Everything here can be sent to another thread. */
export interface ReceiverStoreStart {
  /** The file, open in this process. */
  path: string;
  collectorId: Uint8Array;
  executables: SharedExecutables;
  /** Of DeviceNews. */
  news: SharedArrayBuffer;
}

export interface ReceiverStoreOptions {
  desk: ReceiverDesk;
  /** What devices were told or said could not be noted. */
  onLostNotes?: (notes: number, error: unknown) => void;
}

export class ReceiverStore implements ReceiverControl {
  readonly collectorId: Uint8Array;
  readonly #database: DatabaseSync;
  readonly #desk: ReceiverDesk;
  readonly #notes: ReceiverNoteBook;
  readonly #keys: KnownKeys;
  readonly #waits: WhatWaits;
  readonly #settings: SettingsInForce;
  readonly #notices: NoticesInForce;
  readonly #epoch: StatementSync;
  #executables: ExecutableIndex;

  constructor(start: ReceiverStoreStart, { desk, onLostNotes = () => undefined }: ReceiverStoreOptions) {
    this.collectorId = start.collectorId;
    this.#database = openControlReader(start.path);
    this.#desk = desk;
    this.#notes = new ReceiverNoteBook({ write: (notes) => desk.note(notes), onLost: onLostNotes });
    this.#keys = new KnownKeys(this.#database);
    this.#waits = new WhatWaits(this.#database, new DeviceNews(start.news));
    const groups = new GroupSettings(this.#database, new MetaValues(this.#database));
    this.#settings = new SettingsInForce(this.#database, groups, this.#notes);
    this.#notices = new NoticesInForce(this.#database, new MoveNotices(this.#database), this.#notes);
    this.#epoch = this.#database.prepare('SELECT 1 FROM epochs WHERE device_id = ? AND epoch_id = ?');
    this.#executables = new ExecutableIndex(start.executables);
  }

  /** They lie elsewhere now. */
  lookUpIn(executables: SharedExecutables): void {
    this.#executables = new ExecutableIndex(executables);
  }

  findKey(keyId: string, now: number): EnrolledDevice | undefined {
    return this.#keys.find(keyId, now);
  }

  async join(newcomer: Newcomer, now: number, admit: () => void): Promise<string> {
    let answer = await this.#desk.join({ newcomer, admitted: false, now });
    if ('needsPlace' in answer) {
      admit();
      answer = await this.#desk.join({ newcomer, admitted: true, now });
    }
    if ('fault' in answer) throw new JoinRefusedError(answer.fault, answer.message);
    if ('needsPlace' in answer) throw new Error('a newcomer that was admitted was not let in');
    return answer.deviceId;
  }

  knowsEpoch(deviceId: string, epochId: Uint8Array): boolean {
    return this.#epoch.get(deviceId, epochId) !== undefined;
  }

  settingsFor(
    device: Omit<EnrolledDevice, 'publicKey'>,
    version: number | undefined,
    now: number,
  ): SettingsFields | undefined {
    return this.#settings.messageFor(device, version, now);
  }

  noticeFor(serial: number, now: number): Uint8Array | undefined {
    return this.#notices.noticeFor(serial, now);
  }

  confirmedNotice(deviceId: string, serial: number): void {
    this.#notices.confirmed(deviceId, serial);
  }

  directivesFor(deviceId: string, epochId: Uint8Array | undefined): DirectiveFields[] {
    return this.#waits.directives(deviceId, epochId);
  }

  directiveDelivered(deviceId: string, directive: DirectiveFields): void {
    const epochId = directive.epoch ?? new Uint8Array(0);
    this.#notes.delivered({ deviceId, epochId, action: directiveAction(directive) });
  }

  untoldQuarantine(deviceId: string, limit: number): UntoldRecord[] {
    return this.#waits.untoldQuarantine(deviceId, limit);
  }

  toldQuarantine(numbers: readonly number[]): void {
    this.#notes.toldQuarantine(numbers);
  }

  missingEvidence(ids: Uint8Array, limit: number): MissingEvidence {
    return this.#executables.missingEvidence(ids, limit);
  }

  evidenceWantedFrom(deviceId: string, limit: number): Omit<WantedExecutable, 'deviceId'>[] {
    return this.#waits
      .evidence(deviceId, limit)
      .map((executableId) => ({ executableId, executableNo: this.#executables.numberOf(executableId) }));
  }

  /** Resolves when everything that was to be noted is. */
  flush(): Promise<void> {
    return this.#notes.flush();
  }

  /** Must come before the control store itself is closed. */
  async close(): Promise<void> {
    if (!this.#database.isOpen) return;
    await this.flush();
    this.#database.close();
  }
}
