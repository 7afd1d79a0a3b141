/** What deriving the aggregates costs, in steady hours and after a new catalogue. */
import type { PlanSheet } from './plan-sheet.ts';
import { log10, most, number, over, plus, type Quantity, times } from './quantity.ts';
import { short } from './steady-load.ts';

const CPU_S = 'CPU s';
const US_A_SECOND = 1e6;
const REMAPPED_DAYS = 7;

export interface RecomputePlan {
  /** Cores that the job takes in the long run. */
  cores: Quantity;
  /** CPU seconds of the inventory and of one day of use. */
  inventory: Quantity;
  day: Quantity;
}

export function planRecompute(sheet: PlanSheet): RecomputePlan {
  const { input, constant, line } = short(sheet);
  sheet.section('Recompute of aggregates');
  const inventory = line('inventory', CPU_S, inventoryCpu(sheet, input('devices')));
  const rows = times(input('devices'), input('usageRowsPerDay'));
  const day = line(
    'a day of use',
    CPU_S,
    over(
      plus(
        constant('deriveDayUs'),
        times(rows, constant('deriveUsageRowUs')),
        times(input('distinctExecutables'), constant('deriveDayMappingUs')),
      ),
      number(US_A_SECOND),
    ),
  );
  const round = line('a round: inventory and today', CPU_S, plus(inventory, day));
  line('from one round to the next', 'minutes', over(roundSeconds(sheet, round), number(60)));
  const cores = line('in the long run', 'cores', roundCores(sheet, round));
  return { cores, inventory, day };
}

/** With what comes before each round: a row for each device, and numbers for applications. */
export function inventoryCpu(sheet: PlanSheet, devices: Quantity): Quantity {
  const { input, constant } = short(sheet);
  return over(
    plus(
      constant('deriveInventoryUs'),
      times(devices, constant('deriveDeviceUs')),
      times(devices, input('executables'), constant('deriveInstalledUs')),
      times(
        input('distinctExecutables'),
        plus(constant('numberMappingUs'), constant('deriveInventoryMappingUs')),
      ),
    ),
    number(US_A_SECOND),
  );
}

export function roundCores(sheet: PlanSheet, round: Quantity): Quantity {
  return over(round, roundSeconds(sheet, round));
}

/** A round on all its threads, then a rest: as its part of the time demands, and never less than the interval. */
function roundSeconds(sheet: PlanSheet, round: Quantity): Quantity {
  const { input, constant } = short(sheet);
  const work = over(round, constant('deriveThreads'));
  return most(
    over(times(work, number(100)), input('recomputeTimePercent')),
    plus(work, input('recomputeSeconds')),
  );
}

export function planRemap(sheet: PlanSheet, { inventory, day }: RecomputePlan): void {
  const { input, constant, line } = short(sheet);
  sheet.section('Full re-map: a new catalogue that changes every executable');
  const distinct = input('distinctExecutables');
  // The rows of a new mapping replace those of the old one: as many again are merged.
  const mapping = line(
    'mapping again, rows written',
    CPU_S,
    over(times(distinct, plus(constant('mapUs'), constant('mapEngineUs'))), number(US_A_SECOND)),
  );
  const derive = line(
    `inventory and the last ${REMAPPED_DAYS} days`,
    CPU_S,
    plus(inventory, times(number(REMAPPED_DAYS), day)),
  );
  const all = line('re-map, CPU', CPU_S, plus(mapping, derive));
  line(
    're-map, time at the allowed load',
    'minutes',
    over(all, times(input('cores'), input('load'), number(60))),
  );
}

/** Parts of so many ranges are merged in so many passes: one for each digit, as was seen of the engine. */
export function mergePasses(ranges: Quantity): Quantity {
  return most(number(1), log10(ranges));
}
