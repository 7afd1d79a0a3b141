/** The settings in force, from all layers, and whether the agent is paused. Tells whoever waits when any of it changes. */
import type { FleetSettingName, SettingsFields } from '@fleetmeter/proto';
import type { LoadedConfig } from '../config/load-config.ts';
import type { FindingConfig } from '../finder.ts';
import type { FactTable } from '../store/fact-table.ts';
import type { CeilingFile } from './ceiling.ts';
import { acceptSettings, type CollectorSettings, NO_COLLECTOR_SETTINGS } from './collector-settings.ts';
import { findingConfig } from './finding-config.ts';
import { type LayeredSettings, layeredSettings, type SettingValues } from './layered-settings.ts';
import { afterClockChange, isPaused, type Pause, pausedUntilMs } from './pause.ts';
import type { ToldScope } from './told-evidence.ts';

export interface EffectiveSettingsParts {
  local: LoadedConfig;
  facts: Pick<FactTable, 'read' | 'write' | 'remove'>;
  ceiling: CeilingFile;
  /** Milliseconds since 1970. */
  wallMs: () => number;
  /** Whether the device runs on battery now. */
  onBattery: () => boolean;
  log: { info(fields: object, message: string): void; warn(fields: object, message: string): void };
}

/** As `status` shows it. */
export interface SettingsStatus {
  version: number;
  group: string;
  values: { [Name in FleetSettingName]: LayeredSettings[Name] };
  refused: CollectorSettings['refused'];
  ceiling: { file: string; says: object; fault: string | null };
  on_battery: boolean;
  paused_until: string | null;
}

/** Each look wakes the computer up; what runs meanwhile is known from its start. */
const SPARING_SAMPLE_INTERVAL_SECONDS = 15;

export class EffectiveSettings {
  readonly #parts: EffectiveSettingsParts;
  #collector: CollectorSettings;
  #pause: Pause | undefined;
  #layered: LayeredSettings;
  #onBattery: boolean;
  #changed = new AbortController();

  constructor(parts: EffectiveSettingsParts) {
    this.#parts = parts;
    // Written by an earlier version, it may lack fields.
    this.#collector = { ...NO_COLLECTOR_SETTINGS, ...parts.facts.read('settings') };
    this.#pause = parts.facts.read('pause');
    this.#layered = this.#layers();
    this.#onBattery = parts.onBattery();
  }

  /** Of the collector's settings that the agent runs by; 0: none. */
  get version(): number {
    return this.#collector.version;
  }

  get values(): SettingValues {
    const values = Object.entries(this.#layered).map(([name, { value }]) => [name, value]);
    return Object.fromEntries(values) as SettingValues;
  }

  /** On battery the longer of the two. */
  get reportIntervalSeconds(): number {
    const usual = this.#layered.reportIntervalSeconds.value;
    return this.#onBattery ? Math.max(usual, this.#layered.sparingReportIntervalSeconds.value) : usual;
  }

  /** On battery at least SPARING_SAMPLE_INTERVAL_SECONDS. */
  get sampleIntervalSeconds(): number {
    const usual = this.#layered.sampleIntervalSeconds.value;
    return this.#onBattery ? Math.max(usual, SPARING_SAMPLE_INTERVAL_SECONDS) : usual;
  }

  get tellUsersApart(): boolean {
    return this.#layered.tellUsersApart.value;
  }

  /** Programs of which the time of day is to be told, from the next day on. */
  get concurrentLicences(): readonly string[] {
    return this.#layered.concurrentLicences.value;
  }

  /** Of which programs the device allows that, whatever the collector lists; undefined: of all. */
  get timesOfDayAllowed(): readonly string[] | undefined {
    if (this.#parts.ceiling.ceiling.tellTimesOfDay === false) return [];
    const { value, origin } = this.#layered.concurrentLicences;
    return origin === 'device' ? value : undefined;
  }

  get paused(): boolean {
    return isPaused(this.#pause, this.#parts.wallMs());
  }

  get metering(): boolean {
    return this.#layered.meterUsage.value && !this.paused;
  }

  /** What usage may be kept under the ceiling. */
  get keptUsage(): 'nothing' | 'of-no-single-user' | 'all' {
    const { meterUsage, tellUsersApart } = this.#parts.ceiling.ceiling;
    if (meterUsage === false) return 'nothing';
    return tellUsersApart === false ? 'of-no-single-user' : 'all';
  }

  get toldScope(): ToldScope {
    const { homeFolders, excludedFolders } = this.values;
    return { homeFolders, excludedFolders, rootsAtMost: this.#parts.ceiling.ceiling.roots };
  }

  /** What to look for and where; undefined while nothing is to be looked for. */
  get finding(): FindingConfig | undefined {
    if (this.paused) return undefined;
    return findingConfig(this.#parts.local.config, this.values, this.#parts.ceiling.ceiling);
  }

  /** What is collected on this device, for the people who use it. */
  get shownScope() {
    const { ceiling, local } = this.#parts;
    const { meterUsage, tellUsersApart, homeFolders, concurrentLicences } = this.values;
    return {
      collects: {
        usage: meterUsage,
        foreground: meterUsage && local.config.meterForeground,
        users_told_apart: tellUsersApart,
        times_of_day: concurrentLicences,
        homes: homeFolders,
        paused: this.paused,
      },
      ceiling: { file: ceiling.path, says: ceiling.ceiling, fault: ceiling.fault ?? null },
    };
  }

  /** Applies and keeps what a collector sent; with an answer that sets nothing, what it sent before goes on. */
  receive(message: SettingsFields | undefined): void {
    const { facts, log } = this.#parts;
    if (message) {
      this.#collector = acceptSettings(message, this.#collector);
      facts.write('settings', this.#collector);
      const { version, group, paused, refused } = this.#collector;
      log.info({ version, group, paused }, 'settings of the collector');
      for (const each of refused) log.warn({ ...each }, 'a setting of the collector cannot be used');
    }
    if (this.#collector.paused) {
      this.#pause = { toldAtMs: this.#parts.wallMs() };
      facts.write('pause', this.#pause);
    } else if (this.#pause) {
      this.#pause = undefined;
      facts.remove('pause');
    }
    if (message) this.#change();
  }

  /** Once in a while: the device and its ceiling may have changed, and a pause ends by itself. */
  look(): void {
    const { ceiling, wallMs, onBattery, facts, log } = this.#parts;
    const faultBefore = ceiling.fault;
    ceiling.look();
    if (ceiling.fault && ceiling.fault !== faultBefore)
      log.warn({ why: ceiling.fault }, 'the ceiling as it was before goes on');
    this.#onBattery = onBattery();
    const pause = this.#pause && afterClockChange(this.#pause, wallMs());
    if (pause && pause !== this.#pause) facts.write('pause', pause);
    this.#pause = pause;
    this.#change();
  }

  /** Aborted when any setting may have changed. */
  get changed(): AbortSignal {
    return this.#changed.signal;
  }

  status(): SettingsStatus {
    const { ceiling } = this.#parts;
    return {
      version: this.#collector.version,
      group: this.#collector.group,
      values: this.#layered,
      refused: this.#collector.refused,
      ceiling: { file: ceiling.path, says: ceiling.ceiling, fault: ceiling.fault ?? null },
      on_battery: this.#onBattery,
      paused_until: this.#pause && this.paused ? new Date(pausedUntilMs(this.#pause)).toISOString() : null,
    };
  }

  #change(): void {
    this.#layered = this.#layers();
    const changed = this.#changed;
    this.#changed = new AbortController();
    changed.abort();
  }

  #layers(): LayeredSettings {
    const { local, ceiling } = this.#parts;
    return layeredSettings(local, this.#collector.settings, ceiling.ceiling);
  }
}
