/** What a day of the fleet brings to the door: requests, and bytes both ways. */
import type { PlanSheet } from './plan-sheet.ts';
import { decay, least, minus, number, over, plus, type Quantity, root, times } from './quantity.ts';

export interface SteadyLoad {
  requestsPerSecond: Quantity;
  /** Rows of use in a report, on average. */
  rowsPerReport: Quantity;
  /** Part of the reports in which the inventory changed. */
  changeShare: Quantity;
  /** Bytes of an envelope, on average. */
  reportBytes: Quantity;
}

export const SECONDS_A_DAY = 86_400;
/** One second in 30,000 brings more than the mean and four times its root, when arrivals are independent. */
const DEVIATIONS = 4;

export function planSteadyLoad(sheet: PlanSheet): SteadyLoad {
  const { input, constant, line } = short(sheet);
  const devices = input('devices');
  const reports = input('reportsPerDay');
  sheet.section('Load');
  const mean = line('requests, mean', 'requests / s', over(times(devices, reports), number(SECONDS_A_DAY)));
  line(
    'requests, busiest second with jitter',
    'requests / s',
    plus(mean, times(number(DEVIATIONS), root(mean))),
  );
  line('requests, without jitter all together', 'requests / s', over(devices, input('togetherSeconds')));
  const rows = line(
    'rows of use in a report',
    'rows / report',
    least(input('usageRowsPerDay'), over(times(input('usageRowsPerDay'), input('activeHours')), reports)),
  );
  const packages = over(times(input('change'), input('executables')), input('executablesPerPackage'));
  const changedPackages = line('packages changed', 'packages / device and day', packages);
  const share = line(
    'part of reports with a change',
    'of the reports',
    minus(number(1), decay(over(changedPackages, reports))),
  );
  // A changed executable is one id that goes and one that comes.
  const touched = times(number(2), input('change'), input('executables'));
  const ids = line('ids named in a report', 'ids / report', over(touched, reports));
  const bytes = line(
    'envelope of a report',
    'bytes',
    plus(constant('reportBytes'), times(rows, constant('usageRowBytes')), times(ids, constant('idBytes'))),
  );
  const perMbit = number(125_000);
  const inward = plus(bytes, constant('requestInBytes'));
  line('received', 'Mbit / s', over(times(mean, inward), perMbit));
  line('sent', 'Mbit / s', over(times(mean, constant('requestOutBytes')), perMbit));
  line(
    'received with a full TLS handshake each',
    'Mbit / s',
    over(times(mean, plus(inward, constant('tlsFullInBytes'))), perMbit),
  );
  line(
    'sent with a full TLS handshake each',
    'Mbit / s',
    over(times(mean, plus(constant('requestOutBytes'), constant('tlsFullOutBytes'))), perMbit),
  );
  return { requestsPerSecond: mean, rowsPerReport: rows, changeShare: share, reportBytes: bytes };
}

/** The sheet's calls without their owner's name: a calculation is easier to read in one line. */
export function short(sheet: PlanSheet): Pick<PlanSheet, 'input' | 'constant' | 'line'> {
  return {
    input: (name) => sheet.input(name),
    constant: (name) => sheet.constant(name),
    line: (name, unit, quantity) => sheet.line(name, unit, quantity),
  };
}
