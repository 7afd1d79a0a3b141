/** The spike: every device reports its whole inventory at once, and nobody knows any of it. */
import type { PlanSheet } from './plan-sheet.ts';
import { least, minus, most, number, over, plus, type Quantity, times } from './quantity.ts';
import { inventoryCpu, mergePasses, roundCores } from './recompute-plan.ts';
import { short } from './steady-load.ts';

const KIB = 1024;
const US = 'CPU µs / device';

export function planFirstInventory(sheet: PlanSheet): void {
  const { input, constant, line } = short(sheet);
  sheet.section('First inventory of the whole fleet');
  const bytes = line(
    'envelope of an inventory',
    'bytes',
    plus(constant('reportBytes'), times(input('executables'), constant('idBytes'))),
  );
  const evidence = line(
    'evidence records of a device',
    'records / device',
    over(input('distinctExecutables'), input('devices')),
  );
  const batches = least(number(1), evidence);
  const records = line('messages of a device', 'messages / device', plus(number(1), batches));
  const inRange = line(
    'devices in a range',
    'devices / range',
    least(over(constant('rangeReports'), records), over(constant('rangeBytes'), bytes)),
  );
  const stages = [
    ...receive(sheet, bytes),
    ...process(sheet, inRange),
    ...describe(sheet, evidence, batches, inRange),
  ];
  const alone = line('a device, without recompute', US, plus(...stages));
  const minutes = time(sheet, alone);
  line(
    'link, all inventories',
    'minutes',
    over(times(input('devices'), bytes, number(8)), times(input('linkMbit'), number(60e6))),
  );
  const naive = line(
    'naive design: a row for each device and executable',
    'hours',
    over(times(input('devices'), input('executables')), times(input('naiveRowsPerSecond'), number(3600))),
  );
  line('naive design, times as long', 'times', over(times(naive, number(60)), minutes));
}

function receive(sheet: PlanSheet, bytes: Quantity): Quantity[] {
  const { input, constant, line } = short(sheet);
  const kib = over(bytes, number(KIB));
  const ids = input('executables');
  return [
    line('inventory: HTTP and answer', US, plus(constant('httpUs'), times(ids, constant('httpIdUs')))),
    line('inventory: signature', US, plus(constant('signatureUs'), times(kib, constant('signatureKibUs')))),
    line(
      'inventory: inflate and decode, both times',
      US,
      plus(
        constant('openUs'),
        constant('decodeUs'),
        times(ids, plus(constant('openIdUs'), constant('decodeIdUs'))),
      ),
    ),
    line('inventory: stream', US, plus(constant('streamUs'), times(kib, constant('streamKibUs')))),
  ];
}

function process(sheet: PlanSheet, inRange: Quantity): Quantity[] {
  const { input, constant, line } = short(sheet);
  const ids = input('executables');
  const passes = mergePasses(over(input('devices'), inRange));
  return [
    line(
      'inventory: look-ups, reconcile, encode',
      US,
      plus(
        over(constant('firstRangeUs'), inRange),
        constant('firstReportUs'),
        times(ids, constant('firstIdUs')),
      ),
    ),
    line(
      'inventory: engine, inserts',
      US,
      plus(
        over(constant('firstRangeEngineUs'), inRange),
        constant('firstReportEngineUs'),
        times(ids, constant('firstIdEngineUs')),
      ),
    ),
    line(
      'inventory: engine, merges',
      US,
      plus(
        over(times(constant('firstTables'), constant('mergePartUs')), inRange),
        times(passes, ids, constant('mergeIdUs')),
      ),
    ),
  ];
}

/** What the fleet does not know yet is asked for, sent in a message of its own, proved and mapped. */
function describe(sheet: PlanSheet, evidence: Quantity, batches: Quantity, inRange: Quantity): Quantity[] {
  const { input, constant, line } = short(sheet);
  const kib = over(times(evidence, constant('evidenceBytes')), number(KIB));
  return [
    line(
      'evidence: asked for',
      US,
      times(evidence, input('namedBefore'), plus(constant('wantUs'), constant('wantEngineUs'))),
    ),
    line(
      'evidence: received',
      US,
      plus(
        times(batches, plus(constant('httpUs'), constant('signatureUs'), constant('streamUs'))),
        times(kib, plus(constant('signatureKibUs'), constant('streamKibUs'))),
        times(evidence, constant('evidenceOpenUs')),
      ),
    ),
    line(
      'evidence: proved, mapped, encoded',
      US,
      plus(over(constant('evidenceRangeUs'), inRange), times(evidence, constant('evidenceUs'))),
    ),
    line(
      'evidence: engine, inserts',
      US,
      plus(over(constant('evidenceRangeEngineUs'), inRange), times(evidence, constant('evidenceEngineUs'))),
    ),
  ];
}

/** With all cores: a spike passes. While it does, aggregates are derived of half the fleet on average. */
function time(sheet: PlanSheet, alone: Quantity): Quantity {
  const { input, constant, line } = short(sheet);
  const round = line('recompute, halfway', 'CPU s', inventoryCpu(sheet, over(input('devices'), number(2))));
  const recompute = line('recompute, meanwhile', 'cores', roundCores(sheet, round));
  const cores = most(number(0.1), minus(input('cores'), recompute));
  const seconds = (us: Quantity) => over(times(input('devices'), us), times(number(1e6), cores));
  const plain = line('all inventories, without TLS', 'minutes', over(seconds(alone), number(60)));
  const full = plus(alone, constant('tcpUs'), constant('tlsFullUs'));
  line('all inventories, with full handshakes', 'minutes', over(seconds(full), number(60)));
  const after = inventoryCpu(sheet, input('devices'));
  const derived = line(
    'recompute, meanwhile and once after',
    'CPU s',
    plus(times(plain, number(60), recompute), after),
  );
  line(
    'CPU of a first inventory, everything included',
    'CPU ms / device',
    plus(over(alone, number(1000)), over(times(derived, number(1000)), input('devices'))),
  );
  return plain;
}
