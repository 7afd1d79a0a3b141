/**
 * Which settings a device is to run by, for the acknowledgement of its report. Groups are held in memory; what others
 * write (`apply`, `settings`, `fleet`) counts here within LOOK_EVERY_MS.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { SettingsFields } from '@fleetmeter/proto';
import type { EnrolledDevice } from './contract/device-keys.ts';
import type { GroupSettings, GroupState, SettingsVersion } from './group-settings.ts';
import type { ReceiverNoteBook } from './receiver-note-book.ts';
import { isInRing, openRing } from './settings-rollout.ts';

const LOOK_EVERY_MS = 250;

export class SettingsInForce {
  readonly #groups: Pick<GroupSettings, 'bottom' | 'all'>;
  readonly #notes: Pick<ReceiverNoteBook, 'settings'>;
  readonly #dataVersion: StatementSync;
  #states = new Map<string, GroupState>();
  #bottom: SettingsVersion = { version: 0, settings: {} };
  #looked = Number.NEGATIVE_INFINITY;
  #seen: unknown;

  constructor(
    database: DatabaseSync,
    groups: Pick<GroupSettings, 'bottom' | 'all'>,
    notes: Pick<ReceiverNoteBook, 'settings'>,
  ) {
    this.#groups = groups;
    this.#notes = notes;
    this.#dataVersion = database.prepare('PRAGMA data_version');
    this.#reload();
  }

  /**
   * What to tell a device that runs by `version` (undefined: it did not say, so what it said last counts); undefined
   * when that is what it should run by. `now`: milliseconds since 1970.
   */
  messageFor(
    { deviceId, group, settingsVersion }: Omit<EnrolledDevice, 'publicKey'>,
    version: number | undefined,
    now: number,
  ): SettingsFields | undefined {
    this.#lookWhetherOthersWrote();
    const confirmed = this.#notes.settings.get(deviceId) ?? settingsVersion;
    if (version !== undefined && confirmed !== version) this.#notes.settings.set(deviceId, version);
    const state = this.#states.get(group);
    const wanted = this.#wanted(deviceId, state, now);
    if (wanted.version === (version ?? confirmed)) return undefined;
    return {
      ...this.#bottom.settings,
      ...wanted.settings,
      additionalRoots: [...(wanted.settings.additionalRoots ?? [])],
      excludedFolders: [...(wanted.settings.excludedFolders ?? [])],
      concurrentLicences: [...(wanted.settings.concurrentLicences ?? [])],
      version: wanted.version,
      group,
      paused: state?.pausedAt !== undefined,
    };
  }

  #reload(): void {
    this.#bottom = this.#groups.bottom();
    this.#states = new Map(this.#groups.all().map((state) => [state.group, state]));
  }

  #wanted(deviceId: string, state: GroupState | undefined, now: number): SettingsVersion {
    if (!state) return { version: this.#bottom.version, settings: {} };
    const { rollout } = state;
    const percent = rollout.rings[openRing(rollout, now).ring]?.percent ?? 100;
    return isInRing(deviceId, rollout.number, percent) ? state : state.previous;
  }

  #lookWhetherOthersWrote(): void {
    const at = performance.now();
    if (at - this.#looked < LOOK_EVERY_MS) return;
    this.#looked = at;
    const version = this.#dataVersion.get()?.data_version;
    if (version !== this.#seen) this.#reload();
    this.#seen = version;
  }
}
