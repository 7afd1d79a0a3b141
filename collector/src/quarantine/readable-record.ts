/** What a record in quarantine says, from its bytes. Pure. */
import {
  Coverage,
  type CoverageFields,
  decodeSlots,
  EvidenceBatch,
  type EvidenceRecordFields,
  MAX_MESSAGE_BYTES,
  Report,
  UsageDigest,
  type UsageDigestFields,
  type UsageFields,
  UsageRecord,
  type UsageRecordFields,
} from '@fleetmeter/proto';
import { reopenVerifiedEnvelope } from '@fleetmeter/proto/opening';
import type { ShelvedRecord } from '../control/shelved-record.ts';
import { usageDigestFault } from '../validate/usage-digest.ts';
import { coverageFault, type RecordFault, usageRecordFault } from '../validate/usage-record.ts';

/** What is beside the record's own fields. */
interface Beside {
  /** What its index stands for; absent when its report has none of them. */
  run?: Uint8Array;
  /** When it came, in milliseconds since 1970, where somebody knows better than the clock of that time. */
  receivedAt?: number;
}

export type ReadableRecord =
  | ({ kind: 'usage'; fields: UsageRecordFields; user?: Uint8Array } & Beside)
  | ({ kind: 'coverage'; fields: CoverageFields } & Beside)
  | ({ kind: 'usage-digest'; fields: UsageDigestFields } & Beside)
  | { kind: 'evidence'; records: readonly EvidenceRecordFields[] }
  | { kind: 'inventory'; present: number; absent: number; baseline: boolean }
  | { kind: 'report'; report: Report };

/** Throws when the bytes cannot be read: what is wrong with them. */
export function readRecord({ kind, bytes, run, user }: ShelvedRecord): ReadableRecord {
  const of = { ...(run && { run }), ...(user && { user }) };
  switch (kind) {
    case 'usage':
      return { kind, fields: UsageRecord.decode(bytes), ...of };
    case 'coverage':
      return { kind, fields: Coverage.decode(bytes), ...of };
    case 'usage-digest':
      return { kind, fields: UsageDigest.decode(bytes), ...of };
    case 'evidence':
      return { kind, records: EvidenceBatch.decode(bytes).records };
    case 'evidence-batch': {
      const { message } = reopenVerifiedEnvelope(bytes, 'EvidenceBatch', MAX_MESSAGE_BYTES);
      return { kind: 'evidence', records: EvidenceBatch.decode(message).records };
    }
    case 'inventory': {
      const { inventory } = Report.decode(bytes);
      const count = (ids: Uint8Array | null | undefined) => (ids?.length ?? 0) / 8;
      return {
        kind,
        present: count(inventory?.presentIds),
        absent: count(inventory?.absentIds),
        baseline: inventory?.baseline ?? false,
      };
    }
    case 'report':
      return {
        kind,
        report: Report.decode(reopenVerifiedEnvelope(bytes, 'Report', MAX_MESSAGE_BYTES).message),
      };
  }
}

/** By the rules of today; `noted` is when it came, in milliseconds since 1970. Evidence is judged elsewhere. */
export function usageFault(
  record: Extract<ReadableRecord, { kind: 'usage' | 'coverage' | 'usage-digest' }>,
  noted: number,
): RecordFault | undefined {
  const receivedAt = record.receivedAt ?? noted;
  const usage: UsageFields = {
    runs: record.run ?? new Uint8Array(0),
    users: 'user' in record && record.user ? [record.user] : [],
  };
  // What the indexes stood for is beside the record, so that they all are the first of a list of one.
  switch (record.kind) {
    case 'usage':
      return usageRecordFault({ ...record.fields, run: 0, user: 0 }, usage, receivedAt);
    case 'coverage':
      return coverageFault({ ...record.fields, run: 0 }, usage, receivedAt);
    case 'usage-digest':
      return usageDigestFault({ ...record.fields, run: 0 }, usage, receivedAt);
  }
}

export const runNumber = (run: Uint8Array): bigint =>
  new DataView(run.buffer, run.byteOffset, run.byteLength).getBigUint64(0, true);

/** The record's fields for a person, in order; names as in the schema, ids in hex. */
export function fieldsOf(record: ReadableRecord): [name: string, value: string][] {
  switch (record.kind) {
    case 'usage': {
      const { fields } = record;
      const marks = decodeSlots(fields.slots ?? new Uint8Array(0));
      const launches = Object.entries({ ...fields.launches }).filter(([, count]) => count);
      return [
        ['day', dayText(fields.day)],
        ['executable_id', executableText(fields.executableId)],
        ['run', record.run ? hex(record.run) : `index ${fields.run ?? 0}, not in its report`],
        // Who it was is told with a personal token only, and nobody needs it here.
        ['user', record.user ? 'known' : `index ${fields.user ?? 0}, not in its report`],
        ['generation', String(fields.generation ?? 0)],
        ['seconds', String(fields.seconds ?? 0)],
        ['launches', launches.map(([origin, count]) => `${origin} ${count}`).join(', ') || 'none'],
        [
          'foreground_seconds',
          fields.foregroundSeconds == null ? 'not known' : `${fields.foregroundSeconds}`,
        ],
        ['locked_seconds', fields.lockedSeconds == null ? 'not known' : `${fields.lockedSeconds}`],
        [
          'slots',
          marks
            ? `${marks.length} marks${fields.slotsChronological ? ', in the order of the day' : ''}`
            : `unreadable: ${hex(fields.slots).slice(0, 80)}`,
        ],
      ];
    }
    case 'coverage':
      return [
        ['day', dayText(record.fields.day)],
        ['run', record.run ? hex(record.run) : `index ${record.fields.run ?? 0}, not in its report`],
        ['seconds', String(record.fields.seconds ?? 0)],
      ];
    case 'usage-digest':
      return Object.entries(record.fields)
        .filter(([name]) => name !== 'run')
        .map(([name, value]): [string, string] => [
          name,
          name === 'day' ? dayText(value as number) : String(value),
        ]);
    case 'evidence':
      return record.records
        .slice(0, SHOWN_EVIDENCE)
        .flatMap(({ executableId, encodingVersion, evidence }): [string, string][] => [
          ['executable_id', executableText(executableId)],
          ['encoding_version', String(encodingVersion ?? 0)],
          ['evidence', evidenceText(evidence)],
        ]);
    case 'inventory':
      return [
        ['baseline', String(record.baseline)],
        ['present_ids', String(record.present)],
        ['absent_ids', String(record.absent)],
      ];
    case 'report':
      return [
        ['sequence', String(record.report.sequence)],
        ['epoch', hex(record.report.epoch?.id)],
        ['inventory', record.report.inventory ? 'yes' : 'no'],
        ['usage records', String(record.report.usage?.records?.length ?? 0)],
      ];
  }
}

const SHOWN_EVIDENCE = 10;

const hex = (bytes: Uint8Array | null | undefined): string => Buffer.from(bytes ?? []).toString('hex');

/** The name of what lies in a home is told with a personal token only, and nobody needs it here. */
function evidenceText(evidence: Uint8Array | null | undefined): string {
  const text = printable(evidence);
  const shown = text.includes('~') ? 'not shown, since it may name a file in a home' : text.slice(0, 400);
  return `${evidence?.length ?? 0} bytes: ${shown}`;
}

/** On the wire ids are little-endian; people know them as 16 digits. */
const executableText = (id: Uint8Array | null | undefined): string =>
  id?.length === 8
    ? Buffer.from(id).reverse().toString('hex')
    : `${id?.length ?? 0} bytes: ${hex(id).slice(0, 80)}`;

function dayText(day: number | null | undefined): string {
  const at = new Date((day ?? 0) * 86_400_000);
  return Number.isNaN(at.getTime()) || at.getUTCFullYear() > 9999
    ? `day ${day} since 1970`
    : at.toISOString().slice(0, 10);
}

/** Whatever bytes are: nothing that a terminal or a page could obey. */
const printable = (bytes: Uint8Array | null | undefined): string =>
  Buffer.from(bytes ?? [])
    .toString('latin1')
    .replaceAll(/[^\x20-\x7e]+/g, ' ');
