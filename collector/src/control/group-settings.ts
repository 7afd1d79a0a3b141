/**
 * The settings of each group of devices, with how far their last change has spread. Versions come from one counter for
 * all groups: a version names one content for one group, so a device that changes groups cannot mistake one for another.
 *
 * Below the groups lies what the collector's own configuration says for all agents; a change of it is a new version too.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { FleetSettings } from '@fleetmeter/proto';
import { inTransaction } from './control-database.ts';
import type { MetaValues } from './meta-values.ts';
import { openRing, type Ring, type Rollout } from './settings-rollout.ts';

/** One set of settings; version 0 is "nothing was ever set". */
export interface SettingsVersion {
  version: number;
  settings: FleetSettings;
}

export interface GroupState extends SettingsVersion {
  group: string;
  /** What devices outside the open ring run by. */
  previous: SettingsVersion;
  rollout: Rollout;
  /** Milliseconds since 1970. */
  pausedAt: number | undefined;
  changedAt: number;
  /** Who ran the command, as the operating system names them. */
  changedBy: string;
}

/** Who changes something, and when in milliseconds since 1970. */
export interface Change {
  by: string;
  now: number;
}

export const SETTINGS_VERSION_COUNTER = 'settings_version';
const BOTTOM_VERSION = 'settings_bottom_version';
const BOTTOM = 'settings_bottom';
/** Of a group that was only paused. */
const AT_ONCE: readonly Ring[] = [{ percent: 100, afterMinutes: 0 }];

export class GroupSettings {
  readonly #database: DatabaseSync;
  readonly #meta: MetaValues;
  readonly #all: StatementSync;
  readonly #put: StatementSync;
  readonly #groups: StatementSync;
  readonly #confirmed: StatementSync;

  constructor(database: DatabaseSync, meta: MetaValues) {
    this.#database = database;
    this.#meta = meta;
    this.#all = database.prepare('SELECT * FROM group_settings ORDER BY group_name');
    this.#put = database.prepare(
      `INSERT OR REPLACE INTO group_settings (group_name, version, settings, previous_version, previous_settings,
         rollout, rings, ring, ring_at, halted, paused_at, changed_at, changed_by)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#groups = database.prepare(
      'SELECT group_name FROM devices UNION SELECT group_name FROM enrolment_tokens ORDER BY 1',
    );
    this.#confirmed = database.prepare(
      'SELECT group_name, settings_version, count(*) AS n FROM devices WHERE revoked_at IS NULL GROUP BY 1, 2',
    );
  }

  /** What the collector's configuration sets for all agents, and the version of it. */
  bottom(): SettingsVersion {
    return {
      version: this.#meta.counter(BOTTOM_VERSION),
      settings: JSON.parse(this.#meta.text(BOTTOM) || '{}') as FleetSettings,
    };
  }

  setBottom(settings: FleetSettings): void {
    inTransaction(this.#database, () => {
      const text = JSON.stringify(settings);
      if (text === (this.#meta.text(BOTTOM) || '{}')) return;
      this.#meta.setText(BOTTOM, text);
      this.#meta.setCounter(BOTTOM_VERSION, this.#nextVersion());
      for (const state of this.all()) this.#write(this.#renumbered(state));
    });
  }

  /** Groups of which something was said. */
  all(): GroupState[] {
    return this.#all.all().map(groupState);
  }

  of(group: string): GroupState | undefined {
    return this.all().find((state) => state.group === group);
  }

  /** Groups that devices or tokens name. */
  memberGroups(): string[] {
    return this.#groups.all().map((row) => row.group_name as string);
  }

  /** A new rollout. Devices outside its first ring go back to what was in force before an unfinished one. */
  put(group: string, settings: FleetSettings, rings: readonly Ring[], { by, now }: Change): GroupState {
    return inTransaction(this.#database, () => {
      const before = this.of(group);
      const previous = before ? inForce(before, now) : { version: this.bottom().version, settings: {} };
      const version = this.#nextVersion();
      return this.#write({
        group,
        version,
        settings,
        previous,
        rollout: { number: version, rings, ring: 0, ringAt: now, halted: false },
        pausedAt: before?.pausedAt,
        changedAt: now,
        changedBy: by,
      });
    });
  }

  /** False when the group is paused, or is not, already. */
  pause(group: string, paused: boolean, { by, now }: Change): boolean {
    return inTransaction(this.#database, () => {
      const before = this.of(group);
      if ((before?.pausedAt !== undefined) === paused) return false;
      const { version } = this.bottom();
      const state = before ?? {
        group,
        version,
        settings: {},
        previous: { version, settings: {} },
        rollout: { number: 0, rings: AT_ONCE, ring: 0, ringAt: now, halted: false },
      };
      const pausedAt = paused ? now : undefined;
      this.#write(this.#renumbered({ ...state, pausedAt, changedAt: now, changedBy: by }));
      return true;
    });
  }

  /** Opens the next ring now, and ends a halt. Undefined when there is none. */
  advance(group: string, { by, now }: Change): GroupState | undefined {
    return this.#turn(group, { by, now }, ({ rollout }, { ring }) =>
      ring + 1 < rollout.rings.length ? { ring: ring + 1, ringAt: now, halted: false } : undefined,
    );
  }

  /** No ring opens by itself any more. Undefined when there is none that could. */
  halt(group: string, { by, now }: Change): GroupState | undefined {
    return this.#turn(group, { by, now }, ({ rollout }, { ring, since }) =>
      ring + 1 < rollout.rings.length && !rollout.halted ? { ring, ringAt: since, halted: true } : undefined,
    );
  }

  /** Devices by group and the version that they last said they run by. Reads every device. */
  confirmed(): { group: string; version: number; devices: number }[] {
    return this.#confirmed.all().map((row) => ({
      group: row.group_name as string,
      version: row.settings_version as number,
      devices: row.n as number,
    }));
  }

  #turn(
    group: string,
    { by, now }: Change,
    step: (
      state: GroupState,
      open: { ring: number; since: number },
    ) => Pick<Rollout, 'ring' | 'ringAt' | 'halted'> | undefined,
  ): GroupState | undefined {
    return inTransaction(this.#database, () => {
      const state = this.of(group);
      const changed = state && step(state, openRing(state.rollout, now));
      if (!state || !changed) return undefined;
      const rollout = { ...state.rollout, ...changed };
      return this.#write({ ...state, rollout, changedAt: now, changedBy: by });
    });
  }

  /** The same with new versions: something that is sent with it has changed. */
  #renumbered(state: GroupState): GroupState {
    const previous = { ...state.previous, version: this.#nextVersion() };
    return { ...state, previous, version: this.#nextVersion() };
  }

  #nextVersion(): number {
    const next = this.#meta.counter(SETTINGS_VERSION_COUNTER) + 1;
    this.#meta.setCounter(SETTINGS_VERSION_COUNTER, next);
    return next;
  }

  #write(state: GroupState): GroupState {
    const { previous, rollout } = state;
    this.#put.run(
      state.group,
      state.version,
      JSON.stringify(state.settings),
      previous.version,
      JSON.stringify(previous.settings),
      rollout.number,
      JSON.stringify(rollout.rings),
      rollout.ring,
      rollout.ringAt,
      rollout.halted ? 1 : 0,
      state.pausedAt ?? null,
      state.changedAt,
      state.changedBy,
    );
    return state;
  }
}

/** What counts for the group as a whole: the new settings once the last ring is open. */
export function inForce(state: GroupState, now: number): SettingsVersion {
  const { rings } = state.rollout;
  const done = openRing(state.rollout, now).ring === rings.length - 1;
  return done ? { version: state.version, settings: state.settings } : state.previous;
}

function groupState(row: Record<string, unknown>): GroupState {
  return {
    group: row.group_name as string,
    version: row.version as number,
    settings: JSON.parse(row.settings as string) as FleetSettings,
    previous: {
      version: row.previous_version as number,
      settings: JSON.parse(row.previous_settings as string) as FleetSettings,
    },
    rollout: {
      number: row.rollout as number,
      rings: JSON.parse(row.rings as string) as Ring[],
      ring: row.ring as number,
      ringAt: row.ring_at as number,
      halted: row.halted === 1,
    },
    pausedAt: (row.paused_at as number | null) ?? undefined,
    changedAt: row.changed_at as number,
    changedBy: row.changed_by as string,
  };
}
