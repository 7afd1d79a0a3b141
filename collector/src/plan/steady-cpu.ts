/** What a report costs in a steady hour, stage by stage, and how many machines the fleet therefore needs. */
import type { PlanSheet } from './plan-sheet.ts';
import {
  least,
  log10,
  minus,
  most,
  number,
  over,
  plus,
  type Quantity,
  roundedUp,
  times,
} from './quantity.ts';
import { SECONDS_A_DAY, type SteadyLoad, short } from './steady-load.ts';

const KIB = 1024;
const US = 'CPU µs / report';

export interface SteadyCpu {
  /** CPU µs of a report from its connection to its rows, without TLS. */
  reportUs: Quantity;
  /** Of these, what processing takes once a report waits in the stream and ranges are full. */
  processFullUs: Quantity;
}

export function planSteadyCpu(sheet: PlanSheet, load: SteadyLoad): SteadyCpu {
  const { input, constant, line } = short(sheet);
  sheet.section('CPU of a report, steady');
  line('TLS, full handshake', US, constant('tlsFullUs'));
  line('TLS, resumed handshake', US, constant('tlsResumedUs'));
  const receiving = receive(sheet, load);
  const full = fullRange(sheet, load);
  const inRange = reportsInRange(sheet, load, full);
  const collector = line('reconcile and encode', US, processing(sheet, load, inRange, ''));
  const inserts = line('engine, inserts', US, processing(sheet, load, inRange, 'Engine'));
  const merges = line('engine, merges', US, merging(sheet, load, inRange));
  const decode = line(
    'inflate and decode, at processing',
    US,
    plus(constant('decodeUs'), times(load.rowsPerReport, constant('decodeUsageRowUs'))),
  );
  const whole = line('a report, without TLS', US, plus(...receiving, decode, collector, inserts, merges));
  line('a report, with a resumed handshake', US, plus(whole, constant('tlsResumedUs')));
  line('a report, with a full handshake', US, plus(whole, constant('tlsFullUs')));
  line('all reports, without TLS', 'cores', over(times(load.requestsPerSecond, whole), number(1e6)));
  line(
    'all reports, with a full handshake each',
    'cores',
    over(times(load.requestsPerSecond, plus(whole, constant('tlsFullUs'))), number(1e6)),
  );
  const fullUs = plus(
    decode,
    processing(sheet, load, full, ''),
    processing(sheet, load, full, 'Engine'),
    merging(sheet, load, full),
  );
  const processFullUs = line('processing, ranges full', US, fullUs);
  const [, ...door] = receiving;
  const atMost = line('a report on a kept connection, ranges full', US, plus(...door, processFullUs));
  line(
    'reports that a machine takes at most',
    'reports / s',
    over(times(input('cores'), number(1e6)), atMost),
  );
  return { reportUs: whole, processFullUs };
}

/** The connection first. */
function receive(sheet: PlanSheet, { rowsPerReport, reportBytes }: SteadyLoad): Quantity[] {
  const { constant, line } = short(sheet);
  const kib = over(reportBytes, number(KIB));
  return [
    line('TCP connection', US, constant('tcpUs')),
    line('HTTP', US, constant('httpUs')),
    line('signature', US, plus(constant('signatureUs'), times(kib, constant('signatureKibUs')))),
    line(
      'inflate and decode, at the door',
      US,
      plus(constant('openUs'), times(rowsPerReport, constant('openUsageRowUs'))),
    ),
    line('stream, append and read', US, plus(constant('streamUs'), times(kib, constant('streamKibUs')))),
  ];
}

/** A range takes what came while the one before was written and while it waited to fill: the busier, the larger. */
function reportsInRange(sheet: PlanSheet, load: SteadyLoad, full: Quantity): Quantity {
  const { input, constant, line } = short(sheet);
  const rate = load.requestsPerSecond;
  const busy = over(times(rate, constant('reportWallMs')), number(1000));
  // Reports that come faster than a range takes them fill every range.
  if (busy.value >= 1) return line('reports in a range', 'reports / range', full);
  const between = over(plus(input('processLingerMs'), constant('rangeWallMs')), number(1000));
  const come = over(times(rate, between), minus(number(1), busy));
  return line('reports in a range', 'reports / range', most(number(1), least(full, come)));
}

function fullRange(sheet: PlanSheet, { reportBytes }: SteadyLoad): Quantity {
  const { constant, line } = short(sheet);
  return line(
    'reports in a full range',
    'reports / range',
    least(constant('rangeReports'), over(constant('rangeBytes'), reportBytes)),
  );
}

function processing(sheet: PlanSheet, load: SteadyLoad, inRange: Quantity, who: '' | 'Engine'): Quantity {
  const { input, constant } = short(sheet);
  const cost = {
    '': {
      range: ['rangeUs', 'usageRangeUs', 'changeRangeUs'],
      report: 'reportUs',
      usage: 'usageReportUs',
      row: 'usageRowUs',
      change: 'changeReportUs',
      id: 'changeIdUs',
    },
    Engine: {
      range: ['rangeEngineUs', 'usageRangeEngineUs', 'changeRangeEngineUs'],
      report: 'reportEngineUs',
      usage: 'usageReportEngineUs',
      row: 'usageRowEngineUs',
      change: 'changeReportEngineUs',
      id: 'changeIdEngineUs',
    },
  } as const;
  const { range, report, usage, row, change, id } = cost[who];
  return plus(
    over(plus(...range.map(constant)), inRange),
    constant(report),
    constant(usage),
    times(load.rowsPerReport, constant(row)),
    times(load.changeShare, plus(constant(change), times(input('executables'), constant(id)))),
  );
}

/** Parts of a day merge in as many passes as their number has digits: what was seen of the engine up to 400. */
function merging(sheet: PlanSheet, load: SteadyLoad, inRange: Quantity): Quantity {
  const { input, constant } = short(sheet);
  const partsADay = over(times(load.requestsPerSecond, number(SECONDS_A_DAY)), inRange);
  const passes = most(number(1), log10(partsADay));
  return plus(
    over(times(constant('steadyTables'), constant('mergePartUs')), inRange),
    times(
      passes,
      plus(
        times(load.rowsPerReport, constant('mergeUsageRowUs')),
        times(load.changeShare, input('executables'), constant('mergeIdUs')),
      ),
    ),
  );
}

/** `jobs` is the cores that recomputing and auditing take. */
export function planMachines(sheet: PlanSheet, load: SteadyLoad, cpu: SteadyCpu, jobs: Quantity): void {
  const { input, constant, line } = short(sheet);
  sheet.section('Machines');
  const perMachine = times(input('cores'), input('load'));
  const machines = (name: string, reportUs: Quantity) => {
    const cores = plus(over(times(load.requestsPerSecond, reportUs), number(1e6)), jobs);
    const busy = line(`cores busy, ${name}`, 'cores', cores);
    line(`machines, ${name}`, 'machines', roundedUp(over(busy, perMachine)));
  };
  machines('without TLS', cpu.reportUs);
  machines('with resumed handshakes', plus(cpu.reportUs, constant('tlsResumedUs')));
  machines('with full handshakes', plus(cpu.reportUs, constant('tlsFullUs')));
}
