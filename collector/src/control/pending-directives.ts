/**
 * What the collector asks of devices until they did it: at most one directive for each device, epoch and kind of
 * action. The senders of a copied identity share a device and differ in their epochs.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { Acknowledgement, type DirectiveFields } from '@fleetmeter/proto';
import type { ResolvedRequest } from './contract/agent-orders.ts';
import { mergeDirectives } from './merge-directives.ts';
import type { MetaValues } from './meta-values.ts';

export type DirectiveAction = 'resync' | 'openEpoch' | 'split' | 'resendUsage' | 'sendEvidence' | 'pollAgain';
const ACTIONS: readonly DirectiveAction[] = [
  'resync',
  'openEpoch',
  'split',
  'resendUsage',
  'sendEvidence',
  'pollAgain',
];

/** Which action a directive asks for. Throws when it asks for none: that is a fault of the caller. */
export function directiveAction(directive: DirectiveFields): DirectiveAction {
  const action = ACTIONS.find((name) => directive[name] !== undefined && directive[name] !== null);
  if (!action) throw new Error('a directive must ask for something');
  return action;
}

/**
 * Being delivered is not enough for these, since the sender may not be the one who is meant: a right inventory takes
 * back a resync, enrolling with the ticket a split, and a new epoch is not waited for once the old one went on for
 * many reports, or after WITHDRAWN_AFTER_MS.
 */
export const STAYS_UNTIL_RESOLVED: ReadonlySet<DirectiveAction> = new Set(['resync', 'openEpoch', 'split']);

/** They mean the sender that is in this very epoch. */
const OF_ONE_EPOCH = STAYS_UNTIL_RESOLVED;
/** A sender who did not come for it in this time diverges again when it comes. */
const WITHDRAWN_AFTER_MS = 7 * 86_400_000;
const WITHDRAWN_EVERY_MS = 3_600_000;

export class PendingDirectives {
  readonly #meta: MetaValues;
  readonly #put: StatementSync;
  readonly #list: StatementSync;
  readonly #drop: StatementSync;
  readonly #withdraw: StatementSync;
  #withdrawnAt = Number.NEGATIVE_INFINITY;
  /** Devices that may have any: nearly none has, and every report asks. */
  readonly #devices: Set<string>;

  constructor(database: DatabaseSync, meta: MetaValues) {
    this.#meta = meta;
    this.#put = database.prepare(
      'INSERT OR REPLACE INTO directives (device_id, epoch, action, message, queued, asked_at) VALUES (?, ?, ?, ?, ?, ?)',
    );
    this.#list = database.prepare('SELECT message FROM directives WHERE device_id = ? ORDER BY queued');
    this.#drop = database.prepare('DELETE FROM directives WHERE device_id = ? AND epoch = ? AND action = ?');
    this.#withdraw = database.prepare("DELETE FROM directives WHERE action = 'openEpoch' AND asked_at < ?");
    const devices = database.prepare('SELECT DISTINCT device_id FROM directives').all();
    this.#devices = new Set(devices.map((row) => row.device_id as string));
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
    this.#devices.add(deviceId);
  }

  /** Oldest first; of those that mean one epoch only those of `epochId`. */
  list(deviceId: string, epochId: Uint8Array | undefined): DirectiveFields[] {
    if (!this.#devices.has(deviceId)) return [];
    const rows = this.#list.all(deviceId);
    if (rows.length === 0) this.#devices.delete(deviceId);
    return rows
      .flatMap((row): DirectiveFields[] => Acknowledgement.decode(row.message as Uint8Array).directives ?? [])
      .filter((directive) => means(directive, epochId));
  }

  drop(deviceId: string, epochId: Uint8Array, action: DirectiveAction): void {
    this.#drop.run(deviceId, epochId, action);
  }

  resolve({ deviceId, epochId, action }: ResolvedRequest): void {
    if (!this.#devices.has(deviceId)) return;
    for (const epoch of [epochId, new Uint8Array(0)]) this.drop(deviceId, epoch, action);
  }

  /** Call it now and then: forgets what nobody came for. */
  withdraw(now: number): void {
    if (now - this.#withdrawnAt < WITHDRAWN_EVERY_MS) return;
    this.#withdrawnAt = now;
    this.#withdraw.run(now - WITHDRAWN_AFTER_MS);
  }
}

function means(directive: DirectiveFields, epochId: Uint8Array | undefined): boolean {
  const of = directive.epoch ?? new Uint8Array(0);
  if (of.length === 0 || !OF_ONE_EPOCH.has(directiveAction(directive))) return true;
  return epochId !== undefined && sameBytes(of, epochId);
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
