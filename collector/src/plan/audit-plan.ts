/** What the audit of facts and totals costs, in the long run. */
import type { PlanSheet } from './plan-sheet.ts';
import { number, over, plus, type Quantity, times } from './quantity.ts';
import type { RecomputePlan } from './recompute-plan.ts';
import { short } from './steady-load.ts';

const CPU_S = 'CPU s';
const US_A_SECOND = 1e6;
/** Of totals each sweep derives one more in turn: the inventory, or one of seven days. */
const DAYS_IN_TURN = 7;

/** Cores that it takes. */
export function planAudit(sheet: PlanSheet, { inventory, day }: RecomputePlan): Quantity {
  const { input, constant, line } = short(sheet);
  sheet.section('Audit of facts and totals');
  const installed = times(input('devices'), input('executables'));
  const inventories = line(
    'facts: every inventory against its digest',
    CPU_S,
    over(times(installed, constant('auditInstalledUs')), number(US_A_SECOND)),
  );
  const rows = times(input('devices'), input('usageRowsPerDay'));
  const days = line(
    'facts: every day of use against its digests',
    CPU_S,
    over(times(constant('auditedDays'), rows, constant('auditUsageRowUs')), number(US_A_SECOND)),
  );
  const totals = line(
    'totals: one of the inventory and seven days, the mean',
    CPU_S,
    over(plus(inventory, times(number(DAYS_IN_TURN), day)), number(1 + DAYS_IN_TURN)),
  );
  const sweep = line('a sweep', CPU_S, plus(inventories, days, totals));
  const work = over(sweep, constant('deriveThreads'));
  const seconds = plus(over(times(work, number(100)), input('auditTimePercent')), input('auditSeconds'));
  line('from one sweep to the next', 'minutes', over(seconds, number(60)));
  return line('audit, in the long run', 'cores', over(sweep, seconds));
}
