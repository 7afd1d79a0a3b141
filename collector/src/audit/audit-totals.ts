/**
 * Totals against facts: each is derived once more beside the live tables and compared. What waits to be derived is not
 * judged; what differs although nothing waits is derived again.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import {
  compareInventory,
  compareLastUses,
  compareUsageDay,
  type TotalsDifference,
} from '../clickhouse/compare-totals.ts';
import { numberApplications } from '../clickhouse/number-applications.ts';
import type { DirtyTarget } from '../control/contract/dirty-targets.ts';
import type { SweepParts } from './sweep-parts.ts';

/** Facts are written before their mark: whoever is between the two is through by then. */
const LOOK_AGAIN_MS = 2_000;
const MILLISECONDS_A_DAY = 86_400_000;
/** Kept of all findings, for people. */
const MOST_EXAMPLES = 50;

type Target = DirtyTarget | { kind: 'last-uses' };

export async function auditTotals(parts: SweepParts): Promise<void> {
  const targets: Target[] = [...parts.totals.targets()];
  if (targets.some(({ kind }) => kind === 'usage-day')) targets.push({ kind: 'last-uses' });
  for (const target of targets) await auditTarget(target, parts);
}

async function auditTarget(target: Target, parts: SweepParts): Promise<void> {
  const { pace, findings, control, now, totals } = parts;
  const look = () => pace(() => totals.deriving.run(() => differences(target, parts)));
  let found = await look();
  if (found && found.length > 0) {
    await totals.settled();
    await sleep(LOOK_AGAIN_MS);
    found = await look();
  }
  if (!found) {
    findings.totals.waiting++;
    return;
  }
  findings.totals.compared++;
  if (found.length === 0) return;
  findings.totals.differing++;
  for (const { table, rows, examples } of found) {
    findings.totals.rows += rows;
    findings.totals.examples.push(`${table}${dayOf(target)}: ${rows} rows`, ...examples);
  }
  findings.totals.examples.splice(MOST_EXAMPLES);
  const today = Math.floor(now() / MILLISECONDS_A_DAY);
  control.markDirty([target.kind === 'last-uses' ? { kind: 'usage-day', day: today } : target], now());
}

/** Undefined when nobody can tell now. */
async function differences(target: Target, parts: SweepParts): Promise<TotalsDifference[] | undefined> {
  const { clickhouse, control, now, totals, remapping } = parts;
  const { catalogueVersion, unsure } = totals;
  if (remapping() || unsure() || isMarked(target, parts) || control.lives.erasures.open(1).length > 0)
    return undefined;
  if (target.kind === 'last-uses') return await compareLastUses(clickhouse);
  await numberApplications(clickhouse);
  const found =
    target.kind === 'inventory'
      ? await compareInventory(clickhouse, now(), catalogueVersion())
      : await compareUsageDay(clickhouse, target.day, now(), catalogueVersion());
  return isMarked(target, parts) ? undefined : found;
}

function isMarked(target: Target, { control }: Pick<SweepParts, 'control'>): boolean {
  return control.dirtyMarks().some(({ target: marked }) => {
    if (target.kind === 'usage-day') return marked.kind === 'usage-day' && marked.day === target.day;
    return target.kind === marked.kind;
  });
}

const dayOf = (target: Target): string =>
  target.kind === 'usage-day'
    ? ` of ${new Date(target.day * MILLISECONDS_A_DAY).toISOString().slice(0, 10)}`
    : '';
