/**
 * What the collector asks of devices until they did it: at most one directive for each device, epoch and kind of
 * action. The senders of a copied identity share a device and differ in their epochs.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { Acknowledgement, type DirectiveFields } from '@fleetmeter/proto';
import type { ResolvedRequest } from './contract/agent-orders.ts';
import { whenCommitted } from './control-database.ts';
import type { DeviceNews } from './device-news.ts';
import { type DirectiveAction, directiveAction } from './directive-action.ts';
import { mergeDirectives } from './merge-directives.ts';
import type { MetaValues } from './meta-values.ts';
import type { WhatWaits } from './what-waits.ts';

/** A sender who did not come for it in this time diverges again when it comes. */
const WITHDRAWN_AFTER_MS = 7 * 86_400_000;
const WITHDRAWN_EVERY_MS = 3_600_000;

export class PendingDirectives {
  readonly #database: DatabaseSync;
  readonly #meta: MetaValues;
  readonly #news: DeviceNews;
  readonly #waits: WhatWaits;
  readonly #put: StatementSync;
  readonly #drop: StatementSync;
  readonly #withdraw: StatementSync;
  #withdrawnAt = Number.NEGATIVE_INFINITY;

  constructor(database: DatabaseSync, meta: MetaValues, news: DeviceNews, waits: WhatWaits) {
    this.#database = database;
    this.#meta = meta;
    this.#news = news;
    this.#waits = waits;
    this.#put = database.prepare(
      'INSERT OR REPLACE INTO directives (device_id, epoch, action, message, queued, asked_at) VALUES (?, ?, ?, ?, ?, ?)',
    );
    this.#drop = database.prepare('DELETE FROM directives WHERE device_id = ? AND epoch = ? AND action = ?');
    this.#withdraw = database.prepare("DELETE FROM directives WHERE action = 'openEpoch' AND asked_at < ?");
  }

  /** @param now milliseconds since 1970 */
  put(deviceId: string, directive: DirectiveFields, now: number): void {
    const queued = this.#meta.counter('directives_queued') + 1;
    this.#meta.setCounter('directives_queued', queued);
    const epoch = directive.epoch ?? new Uint8Array(0);
    const waiting = this.list(deviceId, epoch).find(
      (each) =>
        directiveAction(each) === directiveAction(directive) &&
        sameBytes(each.epoch ?? new Uint8Array(0), epoch),
    );
    const asked = waiting ? mergeDirectives(waiting, directive) : directive;
    // The schema has no message that is a directive alone, so it is kept inside an acknowledgement.
    const message = Acknowledgement.encode({ directives: [asked] }).finish();
    const action = directiveAction(directive);
    this.#put.run(deviceId, epoch, action, message, queued, now);
    // At once for what is done in the same transaction, and again for those who look meanwhile and find nothing yet.
    this.#news.note(deviceId, 'directives');
    whenCommitted(this.#database, () => this.#news.note(deviceId, 'directives'));
  }

  /** See WhatWaits.directives. */
  list(deviceId: string, epochId: Uint8Array | undefined): DirectiveFields[] {
    return this.#waits.directives(deviceId, epochId);
  }

  drop(deviceId: string, epochId: Uint8Array, action: DirectiveAction): void {
    this.#drop.run(deviceId, epochId, action);
  }

  resolve({ deviceId, epochId, action }: ResolvedRequest): void {
    if (!this.#news.mayHave(deviceId, 'directives')) return;
    for (const epoch of [epochId, new Uint8Array(0)]) this.drop(deviceId, epoch, action);
  }

  /** Call it now and then: forgets what nobody came for. */
  withdraw(now: number): void {
    if (now - this.#withdrawnAt < WITHDRAWN_EVERY_MS) return;
    this.#withdrawnAt = now;
    this.#withdraw.run(now - WITHDRAWN_AFTER_MS);
  }
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
