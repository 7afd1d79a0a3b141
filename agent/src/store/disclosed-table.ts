/** What left the device, message by message, and what of it was about which user. Bounded; see the constants. */
import { SLOT_BYTES } from '@fleetmeter/proto';
import { DAY_MS, dayOf } from '../clock/clock.ts';
import type { StateDatabase } from './state-database.ts';

/** Days that single messages and use are kept, and the most of each, oldest first out. */
export const DETAIL_DAYS = 35;
export const MOST_MESSAGES = 2_000;
export const MOST_USE_ROWS = 50_000;
/** Of older days a sum each. */
export const MOST_DAYS = 400;

export type SentOutcome = 'acknowledged' | 'refused' | 'unanswered';

export interface NotedMessage {
  /** Hash of its payload, hex. */
  name: string;
  /** Milliseconds since 1970 of the answer. */
  atMs: number;
  kind: string;
  /** Of a report. */
  sequence: number | undefined;
  bytes: number;
  /** How often it was handed to the network; when noted again: since then. */
  tries: number;
  outcome: SentOutcome;
  /** "Message.field", sorted. */
  fields: readonly string[];
}

export interface DayOfMessages {
  day: number;
  messages: number;
  bytes: number;
}

export interface FieldSent {
  field: string;
  /** In how many messages. */
  messages: number;
  firstMs: number;
  lastMs: number;
}

/** As it was said in a report: the same row said again replaces what it said before. */
export interface UseSaid {
  day: number;
  run: string;
  executableId: string;
  user: string;
  seconds: number;
  launches: number;
  /** Five-minute marks as sent, 0 to 287. */
  marks: readonly number[];
  /** They were sent as times of the day. */
  inOrder: boolean;
}

/** All runs of the agent together. */
export interface DayOfUse {
  day: number;
  executableId: string;
  seconds: number;
  launches: number;
  marks: number;
  /** Any of them was sent as a time of the day. */
  inOrder: boolean;
}

type Row = Record<string, unknown>;

export class DisclosedTable {
  readonly #database: StateDatabase;
  constructor(database: StateDatabase) {
    this.#database = database;
  }

  /** A message that is known already is the same message: what was sent is added to it. Lets go of what is too much. */
  note(message: NotedMessage): void {
    this.#database.transaction(() => {
      const known = this.#database
        .sql('SELECT message_no FROM disclosed_messages WHERE name = ?')
        .get(message.name);
      if (known) this.#addTries(known.message_no as number, message);
      else this.#insert(message);
      this.#addToDay(message, known === undefined);
      this.#prune(message.atMs);
    });
  }

  #insert({ name, atMs, kind, sequence, bytes, tries, outcome, fields }: NotedMessage): void {
    for (const field of fields)
      this.#database
        .sql(
          `INSERT INTO disclosed_fields VALUES (?1, 1, ?2, ?2) ON CONFLICT (field) DO UPDATE
           SET messages = messages + 1, last_ms = max(last_ms, excluded.last_ms)`,
        )
        .run(field, atMs);
    this.#database
      .sql(
        `INSERT INTO disclosed_messages (name, at_ms, kind, sequence, bytes, tries, outcome, shape_no)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(name, atMs, kind, sequence ?? null, bytes, tries, outcome, this.#shape(fields.join(' ')));
  }

  #addTries(messageNo: number, { tries, outcome }: NotedMessage): void {
    this.#database
      .sql('UPDATE disclosed_messages SET tries = tries + ?, outcome = ? WHERE message_no = ?')
      .run(tries, outcome, messageNo);
  }

  #shape(fields: string): number {
    this.#database.sql('INSERT OR IGNORE INTO disclosed_shapes (fields) VALUES (?)').run(fields);
    return this.#database.sql('SELECT shape_no FROM disclosed_shapes WHERE fields = ?').get(fields)
      ?.shape_no as number;
  }

  #addToDay({ atMs, bytes, tries }: NotedMessage, isNew: boolean): void {
    this.#database
      .sql(
        `INSERT INTO disclosed_days VALUES (?, ?, ?) ON CONFLICT (day) DO UPDATE
         SET messages = messages + excluded.messages, bytes = bytes + excluded.bytes`,
      )
      .run(dayOf(atMs), isNew ? 1 : 0, bytes * tries);
  }

  #prune(nowMs: number): void {
    const { changes } = this.#database
      .sql(
        `DELETE FROM disclosed_messages WHERE at_ms < ?
         OR message_no <= (SELECT max(message_no) FROM disclosed_messages) - ${MOST_MESSAGES}`,
      )
      .run(nowMs - DETAIL_DAYS * DAY_MS);
    if (changes === 0) return;
    this.#database
      .sql('DELETE FROM disclosed_shapes WHERE shape_no NOT IN (SELECT shape_no FROM disclosed_messages)')
      .run();
    this.#database
      .sql(
        `DELETE FROM disclosed_days WHERE day NOT IN (SELECT day FROM disclosed_days ORDER BY day DESC LIMIT ${MOST_DAYS})`,
      )
      .run();
  }

  /** Returns how many rows had to go before their time. `today` in days since 1970. */
  noteUse(said: readonly UseSaid[], today: number): number {
    return this.#database.transaction(() => {
      for (const each of said) this.#noteOne(each);
      this.#database.sql('DELETE FROM disclosed_use WHERE day < ?').run(today - DETAIL_DAYS);
      this.#database
        .sql('DELETE FROM disclosed_users WHERE user NOT IN (SELECT user FROM disclosed_use)')
        .run();
      const rows = this.#database.sql('SELECT count(*) AS rows FROM disclosed_use').get()?.rows as number;
      if (rows <= MOST_USE_ROWS) return 0;
      const oldest = 'SELECT day, user, executable_id, run FROM disclosed_use ORDER BY day, user LIMIT ?';
      const excess = rows - MOST_USE_ROWS;
      this.#database
        .sql(`DELETE FROM disclosed_use WHERE (day, user, executable_id, run) IN (${oldest})`)
        .run(excess);
      return excess;
    });
  }

  #noteOne({ day, user, executableId, run, seconds, launches, marks, inOrder }: UseSaid): void {
    const key = [day, user, executableId, run] as const;
    const known = this.#database
      .sql(
        'SELECT marks, in_order FROM disclosed_use WHERE day = ? AND user = ? AND executable_id = ? AND run = ?',
      )
      .get(...key);
    const bits = known ? Uint8Array.from(known.marks as Uint8Array) : new Uint8Array(SLOT_BYTES);
    for (const mark of marks) bits[mark >> 3] = (bits[mark >> 3] ?? 0) | (1 << (mark & 7));
    this.#database
      .sql('INSERT OR REPLACE INTO disclosed_use VALUES (?, ?, ?, ?, ?, ?, ?, ?)')
      .run(...key, seconds, launches, bits, Number(inOrder || known?.in_order === 1));
  }

  /** Whom a keyed hash stands for; stays on this device. */
  noteUser(user: string, uid: number): void {
    this.#database.sql('INSERT OR REPLACE INTO disclosed_users VALUES (?, ?)').run(user, uid);
  }

  /** Newest first. `shape`: see shapes(). */
  messages(): (Omit<NotedMessage, 'fields'> & { shape: number })[] {
    const rows = this.#database.sql('SELECT * FROM disclosed_messages ORDER BY message_no DESC').all();
    return rows.map((row) => ({
      name: row.name as string,
      atMs: row.at_ms as number,
      kind: row.kind as string,
      sequence: (row.sequence as number | null) ?? undefined,
      bytes: row.bytes as number,
      tries: row.tries as number,
      outcome: row.outcome as SentOutcome,
      shape: row.shape_no as number,
    }));
  }

  /** The fields that messages had, by number: most messages have the same. */
  shapes(): Map<number, string[]> {
    const rows = this.#database.sql('SELECT shape_no, fields FROM disclosed_shapes').all();
    return new Map(rows.map((row) => [row.shape_no as number, (row.fields as string).split(' ')]));
  }

  /** Newest first. */
  days(): DayOfMessages[] {
    const rows = this.#database
      .sql('SELECT day, messages, bytes FROM disclosed_days ORDER BY day DESC')
      .all();
    return rows as unknown as DayOfMessages[];
  }

  fields(): FieldSent[] {
    const rows = this.#database.sql('SELECT * FROM disclosed_fields ORDER BY field').all();
    return rows.map((row) => ({
      field: row.field as string,
      messages: row.messages as number,
      firstMs: row.first_ms as number,
      lastMs: row.last_ms as number,
    }));
  }

  /** Users of whom anything is kept, the one with the newest use first; `uid` when it is known who that is. */
  users(): { user: string; uid: number | undefined }[] {
    const rows = this.#database
      .sql(
        `SELECT user, uid FROM (SELECT user, max(day) AS newest FROM disclosed_use GROUP BY user)
         LEFT JOIN disclosed_users USING (user) ORDER BY newest DESC, user`,
      )
      .all();
    return rows.map((row) => ({ user: row.user as string, uid: (row.uid as number | null) ?? undefined }));
  }

  /** One user's use, newest day first, in a day the longest first. */
  useOf(user: string): DayOfUse[] {
    const rows = this.#database
      .sql('SELECT day, executable_id, seconds, launches, marks, in_order FROM disclosed_use WHERE user = ?')
      .all(user);
    const sums = new Map<string, DayOfUse & { bits: Uint8Array }>();
    for (const row of rows) addRun(sums, row);
    return [...sums.values()]
      .map(({ bits, ...use }) => ({ ...use, marks: countBits(bits) }))
      .sort((a, b) => b.day - a.day || b.seconds - a.seconds || (a.executableId < b.executableId ? -1 : 1));
  }
}

function addRun(sums: Map<string, DayOfUse & { bits: Uint8Array }>, row: Row): void {
  const [day, executableId] = [row.day as number, row.executable_id as string];
  const key = `${day} ${executableId}`;
  const sum = sums.get(key) ?? {
    ...{ day, executableId, seconds: 0, launches: 0, marks: 0, inOrder: false },
    bits: new Uint8Array(SLOT_BYTES),
  };
  sum.seconds += row.seconds as number;
  sum.launches += row.launches as number;
  sum.inOrder ||= row.in_order === 1;
  (row.marks as Uint8Array).forEach((bits, index) => {
    sum.bits[index] = (sum.bits[index] ?? 0) | bits;
  });
  sums.set(key, sum);
}

function countBits(bits: Uint8Array): number {
  let count = 0;
  for (const byte of bits) for (let rest = byte; rest > 0; rest &= rest - 1) count++;
  return count;
}
