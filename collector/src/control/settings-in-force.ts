/**
 * Which settings a device is to run by, for the acknowledgement of its report. Groups are held in memory; what another
 * process writes (`apply`, `settings`, `fleet`) counts here within LOOK_EVERY_MS.
 *
 * The version that a device runs by is written down when it changes, many devices in one transaction: a crash forgets
 * some, and their next reports say it again.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { SettingsFields } from '@fleetmeter/proto';
import { BoundedCache } from './bounded-cache.ts';
import { inUnsyncedTransaction } from './control-database.ts';
import type { GroupSettings, GroupState, SettingsVersion } from './group-settings.ts';
import { isInRing, openRing } from './settings-rollout.ts';

/** About 150 bytes each. The others are read from the file. */
const CACHED_DEVICES = 200_000;
const LOOK_EVERY_MS = 250;
const WRITE_AFTER_MS = 1000;
const WRITE_AT = 1000;

interface DeviceSettings {
  group: string;
  /** The version it last said it runs by. */
  confirmed: number;
}

export class SettingsInForce {
  readonly #database: DatabaseSync;
  readonly #groups: GroupSettings;
  readonly #device: StatementSync;
  readonly #confirm: StatementSync;
  readonly #dataVersion: StatementSync;
  readonly #devices = new BoundedCache<string, DeviceSettings>(CACHED_DEVICES);
  readonly #unwritten = new Map<string, number>();
  #writeSoon: NodeJS.Timeout | undefined;
  #states = new Map<string, GroupState>();
  #bottom: SettingsVersion = { version: 0, settings: {} };
  #looked = Number.NEGATIVE_INFINITY;
  #seen: unknown;

  constructor(database: DatabaseSync, groups: GroupSettings) {
    this.#database = database;
    this.#groups = groups;
    this.#device = database.prepare('SELECT group_name, settings_version FROM devices WHERE device_id = ?');
    this.#confirm = database.prepare('UPDATE devices SET settings_version = ? WHERE device_id = ?');
    this.#dataVersion = database.prepare('PRAGMA data_version');
    this.reload();
  }

  /**
   * What to tell a device that runs by `version` (undefined: it did not say, so what it said last counts); undefined
   * when that is what it should run by. `now`: milliseconds since 1970.
   */
  messageFor(deviceId: string, version: number | undefined, now: number): SettingsFields | undefined {
    this.#lookWhetherOthersWrote();
    const device = this.#deviceSettings(deviceId);
    if (version !== undefined && device.confirmed !== version) this.#note(deviceId, device, version);
    const state = this.#states.get(device.group);
    const wanted = this.#wanted(deviceId, state, now);
    if (wanted.version === device.confirmed) return undefined;
    return {
      ...this.#bottom.settings,
      ...wanted.settings,
      additionalRoots: [...(wanted.settings.additionalRoots ?? [])],
      excludedFolders: [...(wanted.settings.excludedFolders ?? [])],
      version: wanted.version,
      group: device.group,
      paused: state?.pausedAt !== undefined,
    };
  }

  /** Reads the groups again. */
  reload(): void {
    this.#bottom = this.#groups.bottom();
    this.#states = new Map(this.#groups.all().map((state) => [state.group, state]));
    this.#devices.clear();
  }

  /** It is in another group now. */
  forgetDevice(deviceId: string): void {
    this.#devices.delete(deviceId);
  }

  /** Commits what devices confirmed. */
  flush(): void {
    clearTimeout(this.#writeSoon);
    this.#writeSoon = undefined;
    if (this.#unwritten.size === 0) return;
    inUnsyncedTransaction(this.#database, () => {
      for (const [deviceId, version] of this.#unwritten) this.#confirm.run(version, deviceId);
    });
    this.#unwritten.clear();
  }

  #wanted(deviceId: string, state: GroupState | undefined, now: number): SettingsVersion {
    if (!state) return { version: this.#bottom.version, settings: {} };
    const { rollout } = state;
    const percent = rollout.rings[openRing(rollout, now).ring]?.percent ?? 100;
    return isInRing(deviceId, rollout.number, percent) ? state : state.previous;
  }

  #deviceSettings(deviceId: string): DeviceSettings {
    const cached = this.#devices.get(deviceId);
    if (cached) return cached;
    const row = this.#device.get(deviceId);
    const device: DeviceSettings = {
      group: (row?.group_name as string | undefined) ?? 'default',
      confirmed: this.#unwritten.get(deviceId) ?? (row?.settings_version as number | undefined) ?? 0,
    };
    this.#devices.set(deviceId, device);
    return device;
  }

  #note(deviceId: string, device: DeviceSettings, version: number): void {
    device.confirmed = version;
    this.#unwritten.set(deviceId, version);
    if (this.#unwritten.size >= WRITE_AT) this.#tryFlush();
    else this.#writeSoon ??= setTimeout(() => this.#tryFlush(), WRITE_AFTER_MS).unref();
  }

  /** A full disk is no reason to refuse a report: what is not written yet is tried with the next. */
  #tryFlush(): void {
    try {
      this.flush();
    } catch {
      if (this.#unwritten.size > CACHED_DEVICES) this.#unwritten.clear();
    }
  }

  #lookWhetherOthersWrote(): void {
    const at = performance.now();
    if (at - this.#looked < LOOK_EVERY_MS) return;
    this.#looked = at;
    const version = this.#dataVersion.get()?.data_version;
    if (version !== this.#seen) this.reload();
    this.#seen = version;
  }
}
