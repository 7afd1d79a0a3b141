/**
 * Which group a device is in. An administrator's rules come first, in their order, the first that fits; a device that no
 * rule fits is in the group of the token it joined with. A tag that the device's management proposes counts only by a
 * rule that names it: a device cannot put itself anywhere.
 *
 * What rules look at is kept here for every device, so that new rules reach devices that are silent.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { inTransaction } from './control-database.ts';

/** What a device says of itself that rules may look at. Anybody can say anything: it decides about groups alone. */
export interface DeviceNames {
  hostname: string;
  /** Identifier in the management system. */
  managementId: string;
  /** Proposed by the device's management. */
  groupTag: string;
}

export const GROUP_RULE_KINDS = ['management-id', 'hostname', 'tag'] as const;
export type GroupRuleKind = (typeof GROUP_RULE_KINDS)[number];

export interface GroupRule {
  kind: GroupRuleKind;
  /** Compared without regard to case; `*` at the end stands for any ending. */
  pattern: string;
  group: string;
}

export const MOST_GROUP_RULES = 200_000;
/** Those with `*` are looked at one by one. */
export const MOST_PREFIX_RULES = 1_000;
/** Devices given their groups anew in one transaction: the running collector waits for that long, some 20 ms. */
const REASSIGNED_AT_ONCE = 1_000;

export class DeviceGroups {
  readonly #database: DatabaseSync;
  readonly #fitting: StatementSync;
  readonly #put: StatementSync;
  readonly #names: StatementSync;
  readonly #page: StatementSync;
  readonly #setGroup: StatementSync;
  readonly #all: StatementSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#fitting = database.prepare(
      `SELECT position, group_name FROM (
         SELECT position, group_name FROM group_rules WHERE is_prefix = 0 AND kind = 'management-id' AND pattern = ?1
         UNION ALL SELECT position, group_name FROM group_rules WHERE is_prefix = 0 AND kind = 'hostname' AND pattern = ?2
         UNION ALL SELECT position, group_name FROM group_rules WHERE is_prefix = 0 AND kind = 'tag' AND pattern = ?3
         UNION ALL SELECT position, group_name FROM group_rules WHERE is_prefix = 1 AND pattern = substr(
           CASE kind WHEN 'management-id' THEN ?1 WHEN 'hostname' THEN ?2 ELSE ?3 END, 1, length(pattern))
           AND '' <> CASE kind WHEN 'management-id' THEN ?1 WHEN 'hostname' THEN ?2 ELSE ?3 END)
       ORDER BY position LIMIT 1`,
    );
    this.#put = database.prepare(
      `INSERT INTO device_names (device_id, joined_group, hostname, management_id, group_tag) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (device_id) DO UPDATE SET
         hostname = excluded.hostname, management_id = excluded.management_id, group_tag = excluded.group_tag`,
    );
    this.#names = database.prepare(
      `SELECT coalesce(joined_group, group_name) AS joined_group, hostname, management_id, group_tag, group_name
       FROM devices LEFT JOIN device_names USING (device_id) WHERE device_id = ?`,
    );
    this.#page = database.prepare(
      `SELECT device_id, joined_group, hostname, management_id, group_tag, group_name
       FROM device_names JOIN devices USING (device_id) WHERE device_id > ? ORDER BY device_id LIMIT ?`,
    );
    this.#setGroup = database.prepare('UPDATE devices SET group_name = ? WHERE device_id = ?');
    this.#all = database.prepare(
      'SELECT kind, pattern, is_prefix, group_name FROM group_rules ORDER BY position',
    );
  }

  /** By the rules, else `joined`, the group of the token. */
  groupFor({ managementId, hostname, groupTag }: DeviceNames, joined: string): string {
    const row = this.#fitting.get(plain(managementId), plain(hostname), plain(groupTag));
    return (row?.group_name as string | undefined) ?? joined;
  }

  /** Within the transaction in which it joins. */
  join(deviceId: string, joined: string, names: DeviceNames): void {
    this.#put.run(deviceId, joined, names.hostname, names.managementId, names.groupTag);
  }

  /** A report said what the device is. Returns its group when that has changed by it. */
  note(deviceId: string, names: DeviceNames): string | undefined {
    const row = this.#names.get(deviceId);
    if (!row || isSame(namesOf(row), names)) return undefined;
    const joined = row.joined_group as string;
    this.join(deviceId, joined, names);
    return this.#assign(deviceId, row.group_name as string, this.groupFor(names, joined));
  }

  rules(): GroupRule[] {
    return this.#all.all().map((row) => ({
      kind: row.kind as GroupRuleKind,
      pattern: `${row.pattern as string}${row.is_prefix === 1 ? '*' : ''}`,
      group: row.group_name as string,
    }));
  }

  /** These and no others count from now on. Returns how many devices changed their group. */
  replaceRules(rules: readonly GroupRule[]): number {
    const insert = this.#database.prepare(
      'INSERT INTO group_rules (position, kind, is_prefix, pattern, group_name) VALUES (?, ?, ?, ?, ?)',
    );
    inTransaction(this.#database, () => {
      this.#database.exec('DELETE FROM group_rules');
      for (const [position, { kind, pattern, group }] of rules.entries()) {
        const isPrefix = pattern.endsWith('*');
        insert.run(position, kind, isPrefix ? 1 : 0, plain(isPrefix ? pattern.slice(0, -1) : pattern), group);
      }
    });
    return this.reassign();
  }

  /** Every device by the present rules; harmless to repeat, so an import that was broken off is run again. */
  reassign(): number {
    let changed = 0;
    for (let after = ''; ; ) {
      const page = this.#page.all(after, REASSIGNED_AT_ONCE);
      inTransaction(this.#database, () => {
        for (const row of page) {
          const group = this.groupFor(namesOf(row), row.joined_group as string);
          if (this.#assign(row.device_id as string, row.group_name as string, group)) changed++;
        }
      });
      if (page.length < REASSIGNED_AT_ONCE) return changed;
      after = page.at(-1)?.device_id as string;
    }
  }

  #assign(deviceId: string, before: string, group: string): string | undefined {
    if (group === before) return undefined;
    this.#setGroup.run(group, deviceId);
    return group;
  }
}

function plain(text: string): string {
  return text.trim().toLowerCase();
}

function namesOf(row: Record<string, unknown>): DeviceNames {
  return {
    hostname: (row.hostname as string | null) ?? '',
    managementId: (row.management_id as string | null) ?? '',
    groupTag: (row.group_tag as string | null) ?? '',
  };
}

function isSame(a: DeviceNames, b: DeviceNames): boolean {
  return a.hostname === b.hostname && a.managementId === b.managementId && a.groupTag === b.groupTag;
}
