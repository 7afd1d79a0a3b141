/** Small facts by name, as JSON: what is read whole and written rarely. */
import type { MoveState } from '../move/move-state.ts';
import type { CollectorSettings } from '../settings/collector-settings.ts';
import type { Pause } from '../settings/pause.ts';
import type { StateDatabase } from './state-database.ts';

/** Every name in use, with what it holds. */
export interface Facts {
  /** What enrolment gave; hex. */
  enrolment: {
    deviceId: string;
    collectorId: string;
    collectorUrl: string;
    /** Signs the collector's notices. Undefined when the collector had none when the device joined. */
    noticeKey?: string;
  };
  /** What the collector's notices said of its place. */
  move: MoveState;
  /** Notices that were not obeyed, by reason. */
  noticesIgnored: Partial<Record<string, number>>;
  /** The ticket with which this agent becomes a device of its own, and the key made for that; hex. */
  split: { ticket: string; nextKeyId: string };
  /** What the collector set. */
  settings: CollectorSettings;
  /** There while the collector has paused the agent. */
  pause: Pause;
  /** As of the last flush; `status/` writes and reads it, the store does not look inside. */
  status: unknown;
  /** The store before this one was damaged. */
  storeRebuilt: { atMs: number; movedAside: string };
  /** When the first full scan begins, as it was drawn; milliseconds since 1970. */
  firstScanAtMs: number;
  /** True once a full scan has ended. */
  firstScanFinished: boolean;
  /** Sums over all runs of the agent. */
  lifetime: { filesHashed: number };
  /** Hash of the last ResendUsage obeyed, so that its repetition is not obeyed again. */
  usageResent: string;
  /** The last report acknowledged. */
  lastReport: { sequence: number; bytes: number; acknowledgedAtMs: number };
  /** Of what `disclosed` shows: since when, and what of it was lost. */
  disclosed: { sinceMs: number; lostMessages: number; droppedUse: number };
  /** What the device said of itself last; by field of HostFactsFields. */
  disclosedHost: Record<string, unknown>;
}

export class FactTable {
  readonly #database: StateDatabase;
  constructor(database: StateDatabase) {
    this.#database = database;
  }

  read<N extends keyof Facts>(name: N): Facts[N] | undefined {
    const row = this.#database.sql('SELECT value FROM facts WHERE name = ?').get(name);
    return row ? (JSON.parse(row.value as string) as Facts[N]) : undefined;
  }

  write<N extends keyof Facts>(name: N, value: Facts[N]): void {
    this.#database.sql('INSERT OR REPLACE INTO facts VALUES (?, ?)').run(name, JSON.stringify(value));
  }

  remove(name: keyof Facts): void {
    this.#database.sql('DELETE FROM facts WHERE name = ?').run(name);
  }
}
