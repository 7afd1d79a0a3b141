/**
 * Notes what left the device once the collector has answered, so that the entry is true when it is there. Between the
 * answer and the entry a crash loses nothing of a report, which is sent again and noted then, once; of evidence or a
 * request to join it may lose that one entry. A failing store never keeps a message from being sent: entries that cannot
 * be written wait, and those that find no room to wait are counted.
 */
import { decodeIdList, decodeSlots, type Report } from '@fleetmeter/proto';
import { dayOf } from '../clock/clock.ts';
import { readSent, type SentMessage } from '../delta/fields-sent.ts';
import type { AgentStore } from '../store/agent-store.ts';
import type { SentOutcome, UseSaid } from '../store/disclosed-table.ts';
import { takeCommandNotes } from './command-notes.ts';

/** Of entries that could not be written yet. */
const MOST_WAITING = 50;
/** Of the hostname and its like. What only administrators may read on this system is not kept for everybody. */
const SHOWN_HOST_FACTS = [
  'hostname',
  'os',
  'osName',
  'osVersion',
  'architecture',
  'kernel',
  'cpuCount',
  'memoryMib',
  'agentVersion',
  'ephemeral',
  'virtual',
] as const;

export interface SentLedgerParts {
  store: Pick<AgentStore, 'transaction' | 'disclosed' | 'facts'>;
  nowMs: () => number;
  /** Who a keyed hash stands for, if that is known. */
  uidOf: (user: string) => number | undefined;
}

/** A message that was handed over and has no answer that settles it. */
export interface InHand {
  message: SentMessage;
  sinceMs: number;
  tries: number;
}

interface Entry {
  message: SentMessage;
  atMs: number;
  tries: number;
  outcome: SentOutcome;
}

export class SentLedger {
  readonly #parts: SentLedgerParts;
  readonly #inHand = new Map<SentMessage['kind'], InHand>();
  #waiting: Entry[] = [];
  /** Why the last entry could not be written, until one can. */
  fault: string | undefined;
  /** Rises with everything that is noted. */
  changes = 0;
  /** Entries that were never written, since the agent started. */
  lost = 0;

  constructor(parts: SentLedgerParts) {
    this.#parts = parts;
  }

  /** To be called before a message is given to the network. Undefined for what is no message of this agent. */
  handOver(envelope: Uint8Array): SentMessage | undefined {
    try {
      const message = readSent(envelope);
      const before = this.#inHand.get(message.kind);
      // Another one of its kind: nobody will hear more of the one before.
      if (before && before.message.name !== message.name) this.#settle(before, 'unanswered');
      return message;
    } catch (error) {
      this.#lose((error as Error).message);
      return undefined;
    }
  }

  /** It was given to the network, and there is no answer yet that settles it. */
  left(message: SentMessage): void {
    const inHand = this.#inHand.get(message.kind);
    if (inHand?.message.name === message.name) inHand.tries++;
    else this.#inHand.set(message.kind, { message, sinceMs: this.#parts.nowMs(), tries: 1 });
    this.changes++;
  }

  /** The collector has it, or refused it. */
  answered(message: SentMessage, outcome: Exclude<SentOutcome, 'unanswered'>): void {
    const inHand = this.#inHand.get(message.kind);
    if (inHand?.message.name === message.name) this.#settle(inHand, outcome);
  }

  /** What commands beside this agent sent. Never throws: what cannot be written now stays where it is. */
  takeNotes(stateFolder: string): void {
    const { store } = this.#parts;
    try {
      const damaged = takeCommandNotes(stateFolder, (message) => {
        store.disclosed.note(message);
        this.changes++;
      });
      if (damaged > 0) this.#addTo({ lostMessages: damaged });
    } catch (error) {
      this.fault = (error as Error).message;
    }
  }

  inHand(): InHand[] {
    return [...this.#inHand.values()];
  }

  #settle({ message, tries }: InHand, outcome: SentOutcome): void {
    this.#inHand.delete(message.kind);
    this.changes++;
    this.#waiting.push({ message, atMs: this.#parts.nowMs(), tries, outcome });
    this.#write();
  }

  #write(): void {
    const { store } = this.#parts;
    try {
      store.transaction(() => {
        for (const entry of this.#waiting) this.#note(entry);
        if (this.lost > 0) this.#addTo({ lostMessages: this.lost });
      });
      this.#waiting = [];
      this.lost = 0;
      this.fault = undefined;
    } catch (error) {
      this.fault = (error as Error).message;
      while (this.#waiting.length > MOST_WAITING) {
        this.#waiting.shift();
        this.lost++;
      }
    }
  }

  #note({ message, atMs, tries, outcome }: Entry): void {
    const { disclosed, facts } = this.#parts.store;
    const { name, kind, bytes, fields, content } = message;
    const sequence = message.kind === 'Report' ? message.content.sequence : undefined;
    disclosed.note({ name, atMs, kind, sequence, bytes, tries, outcome, fields });
    const host = 'host' in content ? content.host : undefined;
    if (host)
      facts.write('disclosedHost', Object.fromEntries(SHOWN_HOST_FACTS.map((name) => [name, host[name]])));
    if (message.kind === 'Report' && outcome === 'acknowledged') this.#noteUse(message.content, atMs);
  }

  #noteUse({ usage }: Report, atMs: number): void {
    if (!usage?.records?.length) return;
    const { disclosed } = this.#parts.store;
    const users = (usage.users ?? []).map((user) => Buffer.from(user).toString('hex'));
    const runs = Buffer.from(usage.runs ?? []);
    const said = usage.records.map(
      ({ day, run, user, executableId, seconds, launches, slots, slotsChronological }): UseSaid => ({
        day: day ?? 0,
        run: runs.subarray((run ?? 0) * 8, (run ?? 0) * 8 + 8).toString('hex'),
        executableId: decodeIdList(executableId ?? new Uint8Array())[0] ?? '',
        user: users[user ?? 0] ?? '',
        seconds: seconds ?? 0,
        launches: Object.values(launches ?? {}).reduce<number>((sum, each) => sum + Number(each), 0),
        marks: decodeSlots(slots ?? new Uint8Array()) ?? [],
        inOrder: slotsChronological ?? false,
      }),
    );
    for (const user of users) {
      const uid = this.#parts.uidOf(user);
      if (uid !== undefined) disclosed.noteUser(user, uid);
    }
    const droppedUse = disclosed.noteUse(said, dayOf(atMs));
    if (droppedUse > 0) this.#addTo({ droppedUse });
  }

  #addTo(more: { lostMessages?: number; droppedUse?: number }): void {
    const { facts } = this.#parts.store;
    const before = facts.read('disclosed') ?? {
      sinceMs: this.#parts.nowMs(),
      lostMessages: 0,
      droppedUse: 0,
    };
    facts.write('disclosed', {
      sinceMs: before.sinceMs,
      lostMessages: before.lostMessages + (more.lostMessages ?? 0),
      droppedUse: before.droppedUse + (more.droppedUse ?? 0),
    });
  }

  #lose(why: string): void {
    this.lost++;
    this.fault = why;
  }
}
