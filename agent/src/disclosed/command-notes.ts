/**
 * What a command of its own (`enrol`, `rotate-key`) sent, noted for the agent, which may be running on the same folder
 * and is the only one to write the store. A file for each message, until the agent has taken it into its ledger.
 */
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { readSent, type SentMessage } from '../delta/fields-sent.ts';
import type { SentRecord } from '../send/recording-exchange.ts';
import type { NotedMessage } from '../store/disclosed-table.ts';
import { writeDurably } from '../store/write-durably.ts';

const FILE = /^sent-[0-9a-f]{32}\.json$/;
/** Of an agent that never runs, commands that somebody repeats must not fill the disk. */
const MOST_FILES = 100;

export class CommandNotes implements SentRecord {
  readonly #folder: string;
  readonly #nowMs: number;
  readonly #tries = new Map<string, number>();

  constructor(stateFolder: string, nowMs: number) {
    this.#folder = stateFolder;
    this.#nowMs = nowMs;
  }

  handOver(envelope: Uint8Array): SentMessage | undefined {
    return readSent(envelope);
  }

  left(message: SentMessage): void {
    this.#tries.set(message.name, (this.#tries.get(message.name) ?? 0) + 1);
    this.#write(message, 'unanswered');
  }

  answered(message: SentMessage, outcome: 'acknowledged' | 'refused'): void {
    this.#write(message, outcome);
  }

  #write({ name, kind, bytes, fields }: SentMessage, outcome: NotedMessage['outcome']): void {
    const others = notesIn(this.#folder).filter((file) => file !== `sent-${name}.json`);
    if (others.length >= MOST_FILES) return;
    const tries = this.#tries.get(name) ?? 1;
    const note: NotedMessage = {
      ...{ name, atMs: this.#nowMs, kind, sequence: undefined, bytes, tries, outcome, fields },
    };
    try {
      writeDurably(join(this.#folder, `sent-${name}.json`), Buffer.from(JSON.stringify(note)));
    } catch (error) {
      process.stderr.write(`what was sent could not be noted: ${(error as Error).message}\n`);
    }
  }
}

/** Hands over what commands noted, and then forgets it. Returns how many notes could not be read. */
export function takeCommandNotes(stateFolder: string, note: (message: NotedMessage) => void): number {
  let damaged = 0;
  for (const file of notesIn(stateFolder)) {
    const path = join(stateFolder, file);
    const message = readNote(path);
    if (message) note(message);
    else damaged++;
    rmSync(path, { force: true });
  }
  return damaged;
}

function notesIn(stateFolder: string): string[] {
  return readdirSync(stateFolder).filter((name) => FILE.test(name));
}

function readNote(path: string): NotedMessage | undefined {
  try {
    const note = JSON.parse(readFileSync(path, 'utf8')) as NotedMessage;
    return Array.isArray(note.fields) && typeof note.name === 'string' ? note : undefined;
  } catch {
    return undefined;
  }
}
