/** The settings in force: what was set on the device, else what the collector set, else the default. */
import type { SettingsFields } from '@fleetmeter/proto';
import type { LoadedConfig } from '../config/load-config.ts';
import type { FactTable } from '../store/fact-table.ts';
import { boundedSettings, type CollectorSettings } from './collector-settings.ts';

type Settable = 'reportIntervalSeconds' | 'sampleIntervalSeconds';

export class EffectiveSettings {
  readonly #local: LoadedConfig;
  readonly #facts: FactTable;
  #collector: CollectorSettings | undefined;

  constructor(local: LoadedConfig, facts: FactTable) {
    this.#local = local;
    this.#facts = facts;
    this.#collector = facts.read('settings');
  }

  get reportIntervalSeconds(): number {
    return this.#value('reportIntervalSeconds');
  }

  get sampleIntervalSeconds(): number {
    return this.#value('sampleIntervalSeconds');
  }

  /** Applies and keeps what a collector sent, within bounds. */
  receive(settings: SettingsFields): void {
    this.#collector = boundedSettings(settings);
    this.#facts.write('settings', this.#collector);
  }

  #value(name: Settable): number {
    const { config, explicit } = this.#local;
    return explicit.has(name) ? config[name] : (this.#collector?.[name] ?? config[name]);
  }
}
