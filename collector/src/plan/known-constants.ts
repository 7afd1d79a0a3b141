/** Values of the constants, each with where it was found: the reference machine, this one, or a collector at work. */
import { readFileSync } from 'node:fs';
import { CONSTANTS, type ConstantName, type ConstantValues, fixedConstants } from './constants.ts';

export interface KnownConstants {
  values: ConstantValues;
  /** For people: `the code`, `reference machine`, `measured here`, the address of a collector. */
  sources: Record<ConstantName, string>;
}

/** A file that holds constants and cannot be used; the message is one line for the person who named it. */
export class ConstantsFileError extends Error {
  override name = 'ConstantsFileError';
}

export interface ConstantsFile {
  /** What it was measured on: processor, Node. */
  machine: string;
  /** Date, UTC. */
  measured: string;
  values: Partial<ConstantValues>;
}

const REFERENCE_FILE = new URL('./reference-constants.json', import.meta.url);
export const FROM_CODE = 'fixed by the code';

/** Without a file: those of the reference machine, measured by `plan --measure` there. */
export function constantsOfFile(file: URL | string = REFERENCE_FILE): KnownConstants {
  const { machine, measured, values } = readFile(file);
  const missing = measurable().filter((name) => !isFigure(values[name]));
  if (missing.length > 0)
    throw new ConstantsFileError(`${nameOf(file)} does not hold ${missing.join(', ')}; measure again`);
  return withSource(values as ConstantValues, `measured on ${machine}, ${measured}`);
}

export function withSource(values: Partial<ConstantValues>, source: string): KnownConstants {
  const names = Object.keys(CONSTANTS) as ConstantName[];
  const fixed = fixedConstants();
  return {
    values: { ...(values as ConstantValues), ...fixed },
    sources: Object.fromEntries(
      names.map((name) => [name, fixed[name] === undefined ? source : FROM_CODE]),
    ) as KnownConstants['sources'],
  };
}

/** What is known better replaces what was known before. */
export function replaced(
  known: KnownConstants,
  better: Partial<ConstantValues>,
  source: string,
): KnownConstants {
  const names = Object.keys(better) as ConstantName[];
  return {
    values: { ...known.values, ...better },
    sources: { ...known.sources, ...Object.fromEntries(names.map((name) => [name, source])) },
  };
}

/** For `--constants` of a later plan. */
export function constantsText(known: KnownConstants, machine: string, measured: string): string {
  const values = Object.fromEntries(measurable().map((name) => [name, significant(known.values[name])]));
  return `${JSON.stringify({ machine, measured, values } satisfies ConstantsFile, null, 2)}\n`;
}

function measurable(): ConstantName[] {
  const fixed = fixedConstants();
  return (Object.keys(CONSTANTS) as ConstantName[]).filter((name) => fixed[name] === undefined);
}

/** Four digits are more than a measurement is good for. */
function significant(value: number): number {
  return Number(value.toPrecision(4));
}

function readFile(file: URL | string): ConstantsFile {
  try {
    const parsed = JSON.parse(readFileSync(file, 'utf8')) as Partial<ConstantsFile> | null;
    if (typeof parsed?.values !== 'object' || parsed.values === null) throw new Error('it holds no values');
    return {
      machine: parsed.machine ?? 'an unnamed machine',
      measured: parsed.measured ?? 'some day',
      values: parsed.values,
    };
  } catch (cause) {
    throw new ConstantsFileError(`${nameOf(file)} cannot be read: ${(cause as Error).message}`, { cause });
  }
}

function isFigure(value: unknown): boolean {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}

function nameOf(file: URL | string): string {
  return typeof file === 'string' ? file : file.pathname;
}
