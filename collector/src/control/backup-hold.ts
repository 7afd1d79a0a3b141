/**
 * A backup asks the running collector to begin no range of the stream for a moment, so that the control store, the
 * stream and the tables are of one moment. Receiving goes on. What was asked for ends by itself: a backup that was
 * killed holds nobody up for longer than HOLD_MS.
 */
import { openExistingControlDatabase } from './enrolment-desk.ts';
import { MetaValues } from './meta-values.ts';

/** Freezing takes a second or two; a machine under load, some more. */
export const HOLD_MS = 60_000;

const ASKED = 'backup_asked';
const HELD = 'backup_held';
const FINISHED = 'backup_finished_at';

export class BackupHold {
  readonly #meta: MetaValues;

  constructor(meta: MetaValues) {
    this.#meta = meta;
  }

  /** By the backup. `token` tells its request from others. */
  ask(token: string, now: number): void {
    this.#meta.setText(HELD, '');
    this.#meta.setText(ASKED, `${token} ${now + HOLD_MS}`);
  }

  /** The token of a request that stands; undefined when there is none. */
  asked(now: number): string | undefined {
    const [token, until] = this.#meta.text(ASKED).split(' ');
    return token && now < Number(until) ? token : undefined;
  }

  /** By the collector: from now on no range begins. */
  confirm(token: string): void {
    this.#meta.setText(HELD, token);
  }

  /** Whether nothing was processed since it was confirmed. */
  isHeld(token: string, now: number): boolean {
    return this.asked(now) === token && this.#meta.text(HELD) === token;
  }

  /** By the backup, when it has what it needs; by a collector that starts; and in what was restored. */
  release(): void {
    this.#meta.setText(ASKED, '');
    this.#meta.setText(HELD, '');
  }

  /** A backup is whole. Milliseconds since 1970. */
  noteFinished(at: number): void {
    this.#meta.setCounter(FINISHED, at);
  }

  /** When the state was of which the newest whole backup is; undefined when there never was one. */
  finishedAt(): number | undefined {
    return this.#meta.counter(FINISHED) || undefined;
  }
}

/** Beside a collector that runs on the folder. Throws NoControlStoreError. */
export function openBackupHold(collectorDir: string): Disposable & { hold: BackupHold } {
  const database = openExistingControlDatabase(collectorDir);
  return { hold: new BackupHold(new MetaValues(database)), [Symbol.dispose]: () => database.close() };
}
