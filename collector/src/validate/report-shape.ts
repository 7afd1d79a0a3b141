/**
 * Rules for a message as a whole: lengths of ids, form of lists, parts that fit each other. A message that
 * breaks one is refused. Values of single records are none of its business: usage-record.ts judges those later,
 * and puts a bad one aside alone.
 *
 * How many elements a message may have was checked before it was decoded, see receive/wire-limits.ts.
 */
import {
  type EvidenceBatch,
  type InventoryChangeFields,
  type InventoryDigestFields,
  idListFault,
  type Report,
  type UsageFields,
} from '@fleetmeter/proto';
import type { RefusalCode } from './refusals.ts';

export interface ShapeFault {
  code: RefusalCode;
  detail: string;
}

/** Executables in one list of ids. */
const MAX_INVENTORY_IDS = 100_000;
/** Parts of one baseline. */
const MAX_INVENTORY_PARTS = 100;
/** Executables of one device, whatever it takes to tell them; the busiest build servers seen have some 30,000. */
export const MAX_BASELINE_IDS = 500_000;
/** Runs and users that one report's usage refers to. */
const MAX_RUNS = 1000;
const ID_BYTES = 8;
const USER_BYTES = 8;

export function reportFault(report: Report): ShapeFault | undefined {
  return (
    epochFault(report) ??
    digestFault('digest_before', report.digestBefore) ??
    digestFault('digest_after', report.digestAfter) ??
    (report.inventory ? inventoryFault(report.inventory) : undefined) ??
    (report.inventory?.baseline ? partFault(report) : undefined) ??
    (report.usage ? usageFault(report.usage) : undefined)
  );
}

/** Records of a batch prove themselves, so what is wrong with one of them is left to processing. */
export function evidenceBatchFault(batch: EvidenceBatch): ShapeFault | undefined {
  return batch.records.length === 0
    ? { code: 'message-malformed', detail: 'the batch holds no evidence' }
    : undefined;
}

function epochFault(report: Report): ShapeFault | undefined {
  const parent = report.epoch?.parent;
  return (
    lengthFault('epoch.id', report.epoch?.id, 16) ??
    sequenceFault('sequence', report.sequence) ??
    (parent
      ? (lengthFault('epoch.parent.id', parent.id, 16) ??
        sequenceFault('epoch.parent.sequence', parent.sequence) ??
        digestFault('epoch.parent.digest', parent.digest))
      : undefined)
  );
}

function inventoryFault(change: InventoryChangeFields): ShapeFault | undefined {
  const present = change.presentIds ?? new Uint8Array(0);
  const absent = change.absentIds ?? new Uint8Array(0);
  return (
    listFault('present_ids', present) ??
    listFault('absent_ids', absent) ??
    contradiction(change, present, absent)
  );
}

function listFault(name: string, ids: Uint8Array): ShapeFault | undefined {
  if (ids.length > MAX_INVENTORY_IDS * ID_BYTES)
    return { code: 'elements-too-many', detail: `${name} has more than ${MAX_INVENTORY_IDS} ids` };
  const fault = idListFault(ids);
  if (fault === 'length')
    return { code: 'id-list-malformed', detail: `${name} has ${ids.length} bytes, not a multiple of 8` };
  return fault && { code: 'id-list-malformed', detail: `${name} is not ascending and unique` };
}

function contradiction(
  change: InventoryChangeFields,
  present: Uint8Array,
  absent: Uint8Array,
): ShapeFault | undefined {
  const contradicts = (detail: string): ShapeFault => ({ code: 'inventory-contradictory', detail });
  if (change.baseline && absent.length > 0) return contradicts('a baseline names absent ids');
  if (shareAnId(present, absent)) return contradicts('an id is both present and absent');
  const { part, parts } = change;
  if ((part ?? undefined) === undefined && (parts ?? undefined) === undefined) return undefined;
  if (!change.baseline) return contradicts('only a baseline comes in parts');
  if (typeof part !== 'number' || typeof parts !== 'number') return contradicts('part needs parts');
  if (parts < 1 || parts > MAX_INVENTORY_PARTS)
    return contradicts(`parts is ${parts}, allowed are 1 to ${MAX_INVENTORY_PARTS}`);
  return part >= parts ? contradicts(`part ${part} of ${parts}`) : undefined;
}

/** No part may be larger than an even share: what is kept of a baseline that is never finished is bounded by that. */
function partFault({ inventory, digestAfter }: Report): ShapeFault | undefined {
  const parts = inventory?.parts ?? 1;
  if (parts === 1) return undefined;
  const promised = digestAfter?.count ?? 0;
  if (promised > MAX_BASELINE_IDS)
    return {
      code: 'elements-too-many',
      detail: `a baseline of ${promised}, allowed are ${MAX_BASELINE_IDS}`,
    };
  const listed = (inventory?.presentIds?.length ?? 0) / ID_BYTES;
  const share = Math.ceil(promised / parts);
  return listed > share
    ? {
        code: 'inventory-contradictory',
        detail: `a part lists ${listed} ids, an even share of ${promised} is ${share}`,
      }
    : undefined;
}

/** Both are ascending, so one pass over the two finds a common id; compared as halves, never as numbers. */
function shareAnId(a: Uint8Array, b: Uint8Array): boolean {
  const [left, right] = [viewOf(a), viewOf(b)];
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    const high = left.getUint32(i + 4, true) - right.getUint32(j + 4, true);
    const order = high !== 0 ? high : left.getUint32(i, true) - right.getUint32(j, true);
    if (order === 0) return true;
    if (order < 0) i += ID_BYTES;
    else j += ID_BYTES;
  }
  return false;
}

function usageFault(usage: UsageFields): ShapeFault | undefined {
  const runs = usage.runs ?? new Uint8Array(0);
  if (runs.length % ID_BYTES !== 0)
    return { code: 'id-malformed', detail: `runs has ${runs.length} bytes, not a multiple of 8` };
  if (runs.length > MAX_RUNS * ID_BYTES)
    return { code: 'elements-too-many', detail: `usage names more than ${MAX_RUNS} runs` };
  const wrong = (usage.users ?? []).findIndex((user) => user.length !== USER_BYTES);
  return wrong < 0
    ? undefined
    : { code: 'id-malformed', detail: `usage.users[${wrong}] does not have ${USER_BYTES} bytes` };
}

function digestFault(name: string, digest: InventoryDigestFields | null | undefined): ShapeFault | undefined {
  if (!digest) return undefined;
  // A sum of zero may come as no bytes at all only when nothing is counted.
  const length = digest.sum?.length ?? 0;
  if (length === 16 || (length === 0 && !digest.count)) return undefined;
  return { code: 'digest-malformed', detail: `${name}.sum has ${length} bytes, not 16` };
}

function lengthFault(name: string, id: Uint8Array | null | undefined, bytes: number): ShapeFault | undefined {
  if (id?.length === bytes) return undefined;
  return { code: 'id-malformed', detail: `${name} has ${id?.length ?? 0} bytes, not ${bytes}` };
}

function sequenceFault(name: string, sequence: number | null | undefined): ShapeFault | undefined {
  return sequence ? undefined : { code: 'sequence-out-of-range', detail: `${name} must be at least 1` };
}

const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
