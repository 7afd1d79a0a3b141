/** What is shown: a part for everybody, without anything about a person, and a part for each user. Shapes are in docs/disclosure.md. */
import { DAY_MS } from '../clock/clock.ts';
import {
  DETAIL_DAYS,
  type DisclosedTable,
  type FieldSent,
  MOST_DAYS,
  MOST_MESSAGES,
} from '../store/disclosed-table.ts';

/** Of the files; a reader takes no others. */
export const SHOWN_FORMAT = 1;
/** Of one file, roughly. */
export const MOST_SHOWN_BYTES = 1024 * 1024;
/** Different sets of fields that are listed. */
const MOST_SHAPES = 100;
/**
 * Which of these fields a message has tells how many people did something in that hour: an index of 0 is not on the wire,
 * and a program that somebody started is told by another field than one that the system did.
 */
const OF_PEOPLE = /^(?:UsageRecord|Launches)\./;
const ROOM_FOR_THE_REST = 64 * 1024;

export interface ShownMessage {
  /** When the collector answered. */
  at: string;
  what: 'report' | 'evidence' | 'enrolment';
  /** Number of the report. */
  sequence: number | null;
  bytes: number;
  /** How often it was sent: again when no answer came. */
  times: number;
  outcome: 'acknowledged' | 'refused' | 'unanswered';
  /** Key in `shapes`; null: not listed any more. */
  shape: string | null;
}

export interface DeviceView {
  format: number;
  written_at: string;
  agent_version: string;
  device_id: string | null;
  collector: string;
  /** Nothing that was sent before is known here. */
  ledger_since: string;
  /** What is collected on this device now. */
  collects: {
    usage: boolean;
    /** And how long it was in front or behind a lock; absent before that was metered. */
    foreground?: boolean;
    users_told_apart: boolean;
    /** Programs of which the time of day is told, from the day on after they were listed: as a group or this device lists them. */
    times_of_day: readonly string[];
    homes: boolean;
    paused: boolean;
  };
  ceiling: { file: string; says: Record<string, unknown>; fault: string | null };
  /** What the device said of itself last, but for what only administrators may read on it. */
  told_of_device: Record<string, unknown>;
  /** Of what is about people only the days, and not in how many messages. */
  fields: { field: string; messages: number | null; first: string; last: string }[];
  /** Sent, and not answered so far. */
  on_their_way: Omit<ShownMessage, 'outcome' | 'shape' | 'sequence'>[];
  shapes: Record<string, string[]>;
  /** Newest first. */
  messages: ShownMessage[];
  /** Newest first, UTC. */
  days: { day: string; messages: number; bytes: number }[];
  bounds: { message_days: number; messages: number; days: number };
  /** Messages that are missing above since the store failed. */
  lost_messages: number;
  /** Of users' use, that had to go before its time. */
  dropped_use_rows: number;
  /** Users whose own part could not be given to them. */
  users_without_file: number;
}

export interface OwnView {
  format: number;
  written_at: string;
  uid: number;
  /** What stands for this user in reports. */
  told_as: string;
  kept_days: number;
  /** Newest day first, UTC. */
  use: OwnUse[];
  /** Rows that found no room here. */
  left_out: number;
}

export interface OwnUse {
  day: string;
  /** Path as it was told, or the id of a program whose path is not known any more. */
  program: string;
  seconds: number;
  launches: number;
  /** In how many spans of five minutes. */
  spans: number;
  /** Which spans these were was told, and not only how many. */
  times_of_day: boolean;
}

const KINDS: Readonly<Record<string, ShownMessage['what']>> = {
  Report: 'report',
  EvidenceBatch: 'evidence',
  EnrolRequest: 'enrolment',
};

export type DeviceFacts = Omit<
  DeviceView,
  'format' | 'fields' | 'shapes' | 'messages' | 'days' | 'bounds' | 'on_their_way'
>;

export function deviceView(
  table: DisclosedTable,
  facts: DeviceFacts,
  inHand: readonly { kind: string; sinceMs: number; bytes: number; tries: number }[],
): DeviceView {
  const shapes = new Map([...table.shapes()].sort(([a], [b]) => b - a).slice(0, MOST_SHAPES));
  const messages = table.messages().map(
    ({ atMs, kind, sequence, bytes, tries, outcome, shape }): ShownMessage => ({
      at: moment(atMs),
      what: KINDS[kind] ?? 'report',
      sequence: sequence ?? null,
      bytes,
      times: tries,
      outcome,
      shape: shapes.has(shape) ? String(shape) : null,
    }),
  );
  return {
    format: SHOWN_FORMAT,
    ...facts,
    fields: table.fields().map(fieldForAll),
    on_their_way: inHand.map(({ kind, sinceMs, bytes, tries }) => ({
      ...{ at: moment(sinceMs), what: KINDS[kind] ?? 'report', bytes, times: tries },
    })),
    shapes: Object.fromEntries([...shapes].map(([shape, fields]) => [shape, shapeForAll(fields)])),
    messages,
    days: table.days().map(({ day, ...sums }) => ({ day: dayText(day), ...sums })),
    bounds: { message_days: DETAIL_DAYS, messages: MOST_MESSAGES, days: MOST_DAYS },
  };
}

function fieldForAll({ field, messages, firstMs, lastMs }: FieldSent): DeviceView['fields'][number] {
  const [first, last] = [moment(firstMs), moment(lastMs)];
  return OF_PEOPLE.test(field)
    ? { field, messages: null, first: first.slice(0, 10), last: last.slice(0, 10) }
    : { field, messages, first, last };
}

function shapeForAll(fields: readonly string[]): string[] {
  return [...new Set(fields.map((field) => (OF_PEOPLE.test(field) ? field.replace(/\..*/, '.*') : field)))];
}

export function ownView(
  table: DisclosedTable,
  user: { uid: number; user: string },
  pathOf: (executableId: string) => string | undefined,
  writtenAtMs: number,
): OwnView {
  const all = table.useOf(user.user);
  const use: OwnUse[] = [];
  let room = MOST_SHOWN_BYTES - ROOM_FOR_THE_REST;
  for (const { day, executableId, seconds, launches, marks, inOrder } of all) {
    const program = pathOf(executableId) ?? executableId;
    const row = { day: dayText(day), program, seconds, launches, spans: marks, times_of_day: inOrder };
    room -= Buffer.byteLength(JSON.stringify(row)) + 4;
    if (room < 0) break;
    use.push(row);
  }
  return {
    format: SHOWN_FORMAT,
    written_at: moment(writtenAtMs),
    uid: user.uid,
    told_as: user.user,
    kept_days: DETAIL_DAYS,
    use,
    left_out: all.length - use.length,
  };
}

/** JSON that people can read: one line for each thing. */
export function shownText(view: DeviceView | OwnView): string {
  const lines = Object.entries(view).map(([name, value]) => {
    if (!Array.isArray(value) || value.length === 0)
      return ` ${JSON.stringify(name)}: ${JSON.stringify(value)}`;
    const items = value.map((each) => `  ${JSON.stringify(each)}`).join(',\n');
    return ` ${JSON.stringify(name)}: [\n${items}\n ]`;
  });
  return `{\n${lines.join(',\n')}\n}\n`;
}

export function dayText(day: number): string {
  return moment(day * DAY_MS).slice(0, 10);
}

export function moment(ms: number): string {
  const time = new Date(ms);
  return Number.isNaN(time.getTime()) ? 'unknown' : time.toISOString();
}
