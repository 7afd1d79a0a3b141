/** The ids of a report as numbers, looked up once for everything that follows. */
import type { Report } from '@fleetmeter/proto';
import type { Executables } from '../control/contract/executables.ts';

export interface ListedIds {
  /** 8 bytes little-endian each, as they came. */
  ids: Uint8Array;
  /** In the same order. */
  numbers: Uint32Array;
}

export interface InternedReport {
  present: ListedIds;
  absent: ListedIds;
  /** One for each usage record; a malformed id has number 0 and is put aside later. */
  used: ListedIds;
  /** Ids that nobody had named before. */
  created: number;
}

const ID_BYTES = 8;
const NO_IDS = new Uint8Array(0);

/** How many ids it takes to intern the report; more than once where it says one more than once. */
export function namedIds({ inventory, usage }: Report): number {
  const listed = (inventory?.presentIds?.length ?? 0) + (inventory?.absentIds?.length ?? 0);
  return listed / ID_BYTES + (usage?.records?.length ?? 0);
}

/** Call it within ControlStore.allocating: new ids get their numbers here. */
export function internReport(
  report: Report,
  control: Pick<Executables, 'internExecutables'>,
): InternedReport {
  let created = 0;
  const intern = (ids: Uint8Array): Uint32Array => {
    if (ids.length === 0) return new Uint32Array(0);
    const interned = control.internExecutables(ids);
    created += interned.created.length;
    return interned.numbers;
  };
  const list = (ids: Uint8Array): ListedIds => ({ ids, numbers: intern(ids) });
  const lists = {
    present: list(report.inventory?.presentIds ?? NO_IDS),
    absent: list(report.inventory?.absentIds ?? NO_IDS),
    used: internUsed(report, intern),
  };
  return { ...lists, created };
}

function internUsed(report: Report, intern: (ids: Uint8Array) => Uint32Array): ListedIds {
  const records = report.usage?.records ?? [];
  const wellFormed = records.flatMap(({ executableId }, index) =>
    executableId?.length === ID_BYTES ? [{ executableId, index }] : [],
  );
  const ids = new Uint8Array(records.length * ID_BYTES);
  for (const { executableId, index } of wellFormed) ids.set(executableId, index * ID_BYTES);
  const numbers = new Uint32Array(records.length);
  if (wellFormed.length === records.length) return { ids, numbers: intern(ids) };
  const sound = intern(Buffer.concat(wellFormed.map(({ executableId }) => executableId)));
  for (const [position, { index }] of wellFormed.entries()) numbers[index] = sound[position] as number;
  return { ids, numbers };
}
