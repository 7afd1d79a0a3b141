/**
 * What a receiver has to tell the control store, gathered: one message, and one transaction there, holds what came while
 * the one before was under way. Nobody waits for it. What cannot be noted is told to devices, or said by them, again.
 */
import type { ReceiverNotes } from './contract/receiver-control.ts';

/** What devices said of themselves is written so often. */
const WRITE_AFTER_MS = 1000;
/** Of each kind, about 150 bytes each. */
const MOST_NOTES = 10_000;

export interface NoteBookOptions {
  /** Resolves when they are noted. */
  write(notes: ReceiverNotes): Promise<void>;
  /** So many were not. */
  onLost(notes: number, error: unknown): void;
}

export class ReceiverNoteBook {
  readonly #options: NoteBookOptions;
  /** What devices said that is not written yet; newest wins. */
  readonly settings = new NotedValues(() => this.#writeSoon());
  readonly notices = new NotedValues(() => this.#writeSoon());
  #delivered: ReceiverNotes['delivered'] = [];
  #toldQuarantine: number[] = [];
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> | undefined;

  constructor(options: NoteBookOptions) {
    this.#options = options;
  }

  delivered(request: ReceiverNotes['delivered'][number]): void {
    this.#keep(this.#delivered, [request]);
  }

  toldQuarantine(numbers: readonly number[]): void {
    this.#keep(this.#toldQuarantine, numbers);
  }

  /** Writes what there is; resolves when nothing is left. */
  async flush(): Promise<void> {
    this.#writeNow();
    await this.#writing;
  }

  #keep<T>(list: T[], notes: readonly T[]): void {
    if (list.length + notes.length > MOST_NOTES)
      this.#options.onLost(notes.length, new Error('the control store is too slow'));
    else list.push(...notes);
    this.#writeNow();
  }

  #writeSoon(): void {
    this.#timer ??= setTimeout(() => this.#writeNow(), WRITE_AFTER_MS).unref();
  }

  #writeNow(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#writing ??= this.#writeAll().finally(() => {
      this.#writing = undefined;
    });
  }

  async #writeAll(): Promise<void> {
    for (;;) {
      // Behind everything that is told in this turn of the loop.
      await Promise.resolve();
      const { settings, notices } = this;
      const notes: ReceiverNotes = {
        ...{ delivered: this.#delivered, toldQuarantine: this.#toldQuarantine },
        ...{ settings: settings.all(), notices: notices.all() },
      };
      const count = Object.values(notes).reduce((sum, { length }) => sum + length, 0);
      if (count === 0) return;
      this.#delivered = [];
      this.#toldQuarantine = [];
      try {
        await this.#options.write(notes);
      } catch (error) {
        this.#options.onLost(count, error);
      }
      settings.forget(notes.settings);
      notices.forget(notes.notices);
    }
  }
}

/** A number for each of some devices; it counts from the moment it is set. */
class NotedValues {
  readonly #values = new Map<string, number>();
  readonly #onSet: () => void;

  constructor(onSet: () => void) {
    this.#onSet = onSet;
  }

  get(deviceId: string): number | undefined {
    return this.#values.get(deviceId);
  }

  /** A device too many says it again with its next report. */
  set(deviceId: string, value: number): void {
    if (this.#values.size < MOST_NOTES || this.#values.has(deviceId)) this.#values.set(deviceId, value);
    this.#onSet();
  }

  all(): [string, number][] {
    return [...this.#values];
  }

  /** Those that were not set to something else meanwhile. */
  forget(values: readonly [string, number][]): void {
    for (const [deviceId, value] of values)
      if (this.#values.get(deviceId) === value) this.#values.delete(deviceId);
  }
}
