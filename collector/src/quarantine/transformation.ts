/**
 * Repairs of single records, as a closed vocabulary of pure steps: what was done to a number can be said in one line,
 * tried before it counts, and done again. A repaired record still has to pass the rules for records.
 */
import { decodeSlots, encodeIdList, identifyEvidence } from '@fleetmeter/proto';
import { MAX_LAUNCHES, OLDEST_DAYS, SECONDS_PER_DAY } from '../validate/usage-record.ts';
import type { ReadableRecord } from './readable-record.ts';

/** Of the steps' meaning; a step never changes its meaning within a version. */
const TRANSFORMATION_VERSION = 1;

export interface Transformation {
  version: number;
  /** Applied in this order. */
  steps: string[];
}

/** A step that cannot be understood, or not be applied. The message is for people, one line. */
export class TransformationError extends Error {
  override name = 'TransformationError';
}

type Apply = (record: ReadableRecord) => ReadableRecord;

interface StepKind {
  /** For the help. */
  form: string;
  meaning: string;
  pattern: RegExp;
  /** Throws TransformationError. */
  make(argument: string): Apply;
}

const SECONDS_PER_SLOT = 300;
const MS_PER_DAY = 86_400_000;

export const STEP_KINDS: readonly StepKind[] = [
  {
    form: 'set day=YYYY-MM-DD',
    meaning: 'the day it is about',
    pattern: /^set day=(\d{4}-\d{2}-\d{2})$/,
    make: (text) => {
      const day = dayOf(text);
      return (record) => onDay(record, () => day);
    },
  },
  {
    form: 'shift-day N',
    meaning: 'move it by so many days; negative is earlier',
    pattern: /^shift-day ([+-]?\d{1,6})$/,
    make: (text) => {
      const days = Number(text);
      if (days === 0 || Math.abs(days) > 2 * OLDEST_DAYS)
        throw new TransformationError(`shift-day takes 1 to ${2 * OLDEST_DAYS} days, either way`);
      return (record) => onDay(record, (day) => day + days);
    },
  },
  {
    form: 'set received=YYYY-MM-DD',
    meaning: "when it came, if the collector's own clock was wrong: its day is judged by that",
    pattern: /^set received=(\d{4}-\d{2}-\d{2})$/,
    make: (text) => {
      const receivedAt = dayOf(text) * MS_PER_DAY + MS_PER_DAY / 2;
      return (record) => {
        if (record.kind === 'usage' || record.kind === 'coverage' || record.kind === 'usage-digest')
          return { ...record, receivedAt };
        throw new TransformationError(`a record of kind ${record.kind} is not judged by when it came`);
      };
    },
  },
  {
    form: 'cap seconds=N',
    meaning: 'seconds, in the foreground and locked as well, at most N',
    pattern: /^cap seconds=(\d{1,5})$/,
    make: (text) => {
      const most = inRange(text, 'seconds', SECONDS_PER_DAY);
      return (record) => capSeconds(record, most);
    },
  },
  {
    form: 'cap seconds=300*slots',
    meaning: 'at most 300 seconds for each five-minute mark that the record sets',
    pattern: /^cap seconds=(300\*slots)$/,
    make: () => (record) => {
      const { fields } = usageOnly(record, 'cap seconds=300*slots');
      const marks = decodeSlots(fields.slots ?? new Uint8Array(0));
      if (!marks) throw new TransformationError('its marks cannot be read, so they bound nothing');
      return capSeconds(record, Math.min(SECONDS_PER_SLOT * marks.length, SECONDS_PER_DAY));
    },
  },
  {
    form: 'set seconds=N',
    meaning: 'the seconds of that run and day',
    pattern: /^set seconds=(\d{1,5})$/,
    make: (text) => {
      const seconds = inRange(text, 'seconds', SECONDS_PER_DAY);
      return (record) => {
        if (record.kind === 'coverage') {
          // Nobody is seen where nothing is seen.
          const seen = cappedFields(record.fields, ['interactiveSeconds'], seconds);
          return { ...record, fields: { ...record.fields, ...seen, seconds } };
        }
        const usage = usageOnly(record, 'set seconds');
        return { ...usage, fields: { ...usage.fields, seconds } };
      };
    },
  },
  {
    form: 'cap launches=N',
    meaning: 'launches of each origin at most N',
    pattern: /^cap launches=(\d{1,9})$/,
    make: (text) => {
      const most = inRange(text, 'launches', MAX_LAUNCHES);
      return (record) => {
        const usage = usageOnly(record, 'cap launches');
        const launches = { ...usage.fields.launches };
        for (const origin of ['user', 'autostart', 'service', 'scheduler', 'unknown'] as const)
          launches[origin] = Math.min(launches[origin] ?? 0, most);
        return { ...usage, fields: { ...usage.fields, launches } };
      };
    },
  },
  {
    form: 'set generation=0',
    meaning: 'what an agent sent as a correction counts as an observation',
    pattern: /^set generation=(0)$/,
    make: () => (record) => {
      const usage = usageOnly(record, 'set generation');
      return { ...usage, fields: { ...usage.fields, generation: 0 } };
    },
  },
  {
    form: 'clear slots|foreground|locked',
    meaning: 'as if the record did not say',
    pattern: /^clear (slots|foreground|locked)$/,
    make: (what) => (record) => {
      const usage = usageOnly(record, `clear ${what}`);
      const fields = { ...usage.fields };
      if (what === 'slots') fields.slots = new Uint8Array(0);
      if (what === 'foreground') fields.foregroundSeconds = null;
      if (what === 'locked') fields.lockedSeconds = null;
      return { ...usage, fields };
    },
  },
  {
    form: 'set id=proven',
    meaning: 'evidence counts under the id that it proves, whatever it claims',
    pattern: /^set id=(proven)$/,
    make: () => (record) => {
      if (record.kind !== 'evidence')
        throw new TransformationError(`set id does not fit a record of kind ${record.kind}`);
      const records = record.records.map((each) => {
        const { executableId } = identifyEvidence(each.evidence ?? new Uint8Array(0));
        return { ...each, executableId: encodeIdList([executableId]) };
      });
      return { ...record, records };
    },
  },
];

/** Throws TransformationError for a step that is not of the vocabulary, or none at all. */
export function transformation(steps: readonly string[]): Transformation {
  if (steps.length === 0) throw new TransformationError(`a repair needs at least one step: ${FORMS}`);
  const plain = steps.map((step) => step.trim().replaceAll(/\s+/g, ' '));
  for (const step of plain) stepOf(step);
  return { version: TRANSFORMATION_VERSION, steps: plain };
}

/** The record as it would count. Throws TransformationError when a step does not fit it. */
export function transformed(record: ReadableRecord, { version, steps }: Transformation): ReadableRecord {
  if (version !== TRANSFORMATION_VERSION)
    throw new TransformationError(`steps of version ${version}, known is ${TRANSFORMATION_VERSION}`);
  return steps.reduce((changed, step) => stepOf(step)(changed), record);
}

const FORMS = STEP_KINDS.map(({ form }) => form).join(', ');

function stepOf(step: string): Apply {
  for (const { pattern, make } of STEP_KINDS) {
    const [, argument] = pattern.exec(step) ?? [];
    if (argument !== undefined) return make(argument);
  }
  throw new TransformationError(`no step ${JSON.stringify(step.slice(0, 60))}; there are ${FORMS}`);
}

function dayOf(text: string): number {
  const day = Date.parse(`${text}T00:00:00Z`) / MS_PER_DAY;
  if (!Number.isInteger(day) || day < 0) throw new TransformationError(`${text} is no day`);
  return day;
}

function inRange(text: string, name: string, most: number): number {
  const value = Number(text);
  if (value <= most) return value;
  throw new TransformationError(`${name} are 0 to ${most}, not ${text}`);
}

function onDay(record: ReadableRecord, change: (day: number) => number): ReadableRecord {
  if (record.kind !== 'usage' && record.kind !== 'coverage')
    throw new TransformationError(`a record of kind ${record.kind} has no day that could be set`);
  const day = change(record.fields.day ?? 0);
  if (day < 0) throw new TransformationError('that would be a day before 1970');
  // The same object for both kinds, but TypeScript joins them only one by one.
  return record.kind === 'usage'
    ? { ...record, fields: { ...record.fields, day } }
    : { ...record, fields: { ...record.fields, day } };
}

function capSeconds(record: ReadableRecord, most: number): ReadableRecord {
  if (record.kind === 'coverage') {
    const capped = cappedFields(record.fields, ['seconds', 'unobservedSeconds', 'interactiveSeconds'], most);
    return { ...record, fields: { ...record.fields, ...capped } };
  }
  const usage = usageOnly(record, 'cap seconds');
  const capped = cappedFields(usage.fields, ['seconds', 'foregroundSeconds', 'lockedSeconds'], most);
  return { ...usage, fields: { ...usage.fields, ...capped } };
}

/** Those that are told, each at most `most`. */
function cappedFields<K extends string>(
  fields: Partial<Record<K, number | null>>,
  names: readonly K[],
  most: number,
): Partial<Record<K, number>> {
  const capped: Partial<Record<K, number>> = {};
  for (const name of names) {
    const value = fields[name];
    if (value != null) capped[name] = Math.min(value, most);
  }
  return capped;
}

function usageOnly(record: ReadableRecord, step: string): Extract<ReadableRecord, { kind: 'usage' }> {
  if (record.kind === 'usage') return record;
  throw new TransformationError(`${step} does not fit a record of kind ${record.kind}`);
}
