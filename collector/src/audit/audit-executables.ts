/** Evidence that was processed and is gone is wanted again; mappings that are gone are made again. */
import { daysOfExecutables } from '../clickhouse/audit-epochs.ts';
import { readDescribed, readHolders, readUnmapped } from '../clickhouse/audit-executables.ts';
import { readExecutablesToMap } from '../clickhouse/executables-to-map.ts';
import { FACT_TABLES } from '../clickhouse/fact-tables.ts';
import { NativeBlock } from '../clickhouse/native-block.ts';
import { mapExecutable } from '../map/map-executable.ts';
import { mappingRow } from '../map/mapping-row.ts';
import type { SweepParts } from './sweep-parts.ts';
import { writeLostRows } from './write-lost-rows.ts';

const BAND = 20_000;
/** Executables looked for at once in inventories. */
const SOUGHT = 2_000;

export async function auditExecutables(parts: SweepParts): Promise<void> {
  for (let first = 1; first <= parts.control.executableCount(); first += BAND) {
    await parts.pace(() => auditEvidence(first, first + BAND - 1, parts));
    await parts.pace(() => auditMappings(first, first + BAND - 1, parts));
  }
}

async function auditEvidence(
  first: number,
  last: number,
  { clickhouse, control, findings }: SweepParts,
): Promise<void> {
  const count = Math.min(last, control.executableCount()) - first + 1;
  const numbers = Uint32Array.from({ length: count }, (_, index) => first + index);
  // The control store first: its rows were written before it says so.
  const undescribed = new Set(control.undescribed(numbers));
  const described = await readDescribed(clickhouse, first, last);
  const lost = [...numbers].filter(
    (number, position) => !undescribed.has(position) && !described.has(number),
  );
  findings.lost.evidence += lost.length;
  for (let at = 0; at < lost.length; at += SOUGHT) {
    const sought = lost.slice(at, at + SOUGHT);
    const holders = await readHolders(clickhouse, sought);
    const { erasures } = control.lives;
    control.evidenceLost(
      sought,
      holders.filter(({ deviceId }) => !erasures.isClosed(deviceId)),
    );
  }
}

async function auditMappings(first: number, last: number, parts: SweepParts): Promise<void> {
  const { clickhouse, inForce, now, findings } = parts;
  const candidates = parts.remapping() ? [] : await readUnmapped(clickhouse, first, last);
  if (candidates.length === 0) return;
  // A mapping is written just after the evidence: who has none now either has lost it.
  const again = new Set(await readUnmapped(clickhouse, first, last));
  const unmapped = new Set(candidates.filter((number) => again.has(number)));
  if (unmapped.size === 0) return;
  const current = inForce();
  const block = new NativeBlock(FACT_TABLES.mappings);
  for (const executable of await readExecutablesToMap(clickhouse, first, last)) {
    if (!unmapped.has(executable.executableNo)) continue;
    const mapping = mapExecutable(executable, current);
    block.append(mappingRow(executable.executableNo, mapping, current.generation, now()));
  }
  const days = await daysOfExecutables(clickhouse, [...unmapped]);
  await writeLostRows(parts, 'mappings', block, days);
  findings.lost.mapping += block.rows;
}
