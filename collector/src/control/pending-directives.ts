/** What the processor asks of devices until they did it: at most one directive per device and kind of action. */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { Acknowledgement, type DirectiveFields } from '@fleetmeter/proto';
import { mergeUsageRequests } from './merge-usage-requests.ts';
import type { MetaValues } from './meta-values.ts';

export type DirectiveAction = 'resync' | 'openEpoch' | 'resendUsage' | 'sendEvidence' | 'pollAgain';
const ACTIONS: readonly DirectiveAction[] = [
  'resync',
  'openEpoch',
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

/** Only a right inventory takes these back; being delivered is not enough, since the agent may ignore them. */
export const STAYS_UNTIL_RESOLVED: ReadonlySet<DirectiveAction> = new Set(['resync', 'openEpoch']);

export class PendingDirectives {
  readonly #meta: MetaValues;
  readonly #put: StatementSync;
  readonly #list: StatementSync;
  readonly #drop: StatementSync;
  /** Devices that may have any: nearly none has, and every report asks. */
  readonly #devices: Set<string>;

  constructor(database: DatabaseSync, meta: MetaValues) {
    this.#meta = meta;
    this.#put = database.prepare(
      'INSERT OR REPLACE INTO directives (device_id, action, message, queued) VALUES (?, ?, ?, ?)',
    );
    this.#list = database.prepare('SELECT message FROM directives WHERE device_id = ? ORDER BY queued');
    this.#drop = database.prepare('DELETE FROM directives WHERE device_id = ? AND action = ?');
    const devices = database.prepare('SELECT DISTINCT device_id FROM directives').all();
    this.#devices = new Set(devices.map((row) => row.device_id as string));
  }

  put(deviceId: string, directive: DirectiveFields): void {
    const queued = this.#meta.counter('directives_queued') + 1;
    this.#meta.setCounter('directives_queued', queued);
    const waiting = this.list(deviceId).find((each) => directiveAction(each) === directiveAction(directive));
    const asked = waiting ? mergeUsageRequests(waiting, directive) : directive;
    // The schema has no message that is a directive alone, so it is kept inside an acknowledgement.
    const message = Acknowledgement.encode({ directives: [asked] }).finish();
    this.#put.run(deviceId, directiveAction(directive), message, queued);
    this.#devices.add(deviceId);
  }

  list(deviceId: string): DirectiveFields[] {
    if (!this.#devices.has(deviceId)) return [];
    const rows = this.#list.all(deviceId);
    if (rows.length === 0) this.#devices.delete(deviceId);
    return rows.flatMap(
      (row): DirectiveFields[] => Acknowledgement.decode(row.message as Uint8Array).directives ?? [],
    );
  }

  drop(deviceId: string, action: string): void {
    this.#drop.run(deviceId, action);
  }

  /** The inventory came right. */
  resolve(deviceId: string): void {
    if (!this.#devices.has(deviceId)) return;
    for (const action of STAYS_UNTIL_RESOLVED) this.drop(deviceId, action);
  }
}
