/** Disk: the stream while processing stands still, the tables, and how they grow. */
import type { PlanSheet } from './plan-sheet.ts';
import { least, minus, most, number, over, plus, powerOfTwo, type Quantity, times } from './quantity.ts';
import type { SteadyCpu } from './steady-cpu.ts';
import { type SteadyLoad, short } from './steady-load.ts';

const GIB = 1024 ** 3;
const GB = 'GiB';
const PRESENT = 'GiB, as long as the fleet is what it is';

export function planOutage(sheet: PlanSheet, load: SteadyLoad, cpu: SteadyCpu): void {
  const { input, constant, line } = short(sheet);
  sheet.section('Outage of processing: reports are received and wait');
  const seconds = times(input('outageHours'), number(3600));
  const waiting = line('reports that wait', 'reports', times(load.requestsPerSecond, seconds));
  const bytes = line('stream, envelopes', GB, over(times(waiting, load.reportBytes), number(GIB)));
  line('stream, on the disk', GB, times(bytes, constant('streamDiskFactor')));
  line(
    'stream, of what it may hold',
    'of the limit',
    over(times(bytes, number(GIB)), input('streamMaxBytes')),
  );
  const arriving = over(times(load.requestsPerSecond, cpu.reportUs), number(1e6));
  const spare = most(number(0.01), minus(input('cores'), arriving));
  const left = line('cores for catching up, while reports come', 'cores', spare);
  line('time to catch up', 'minutes', over(times(waiting, cpu.processFullUs), times(left, number(60e6))));
}

export function planDisk(sheet: PlanSheet, { changeShare }: SteadyLoad): void {
  const { input, constant, line } = short(sheet);
  const devices = input('devices');
  const distinct = input('distinctExecutables');
  const size = (name: string, unit: string, ...factors: Quantity[]) =>
    line(name, unit, over(times(...factors), number(GIB)));
  sheet.section('Disk: grows with devices');
  const present = [
    size('device_inventory', PRESENT, devices, input('executables'), constant('diskInventoryIdBytes')),
    size(
      'device_heads, host_facts, epochs, device_rows',
      PRESENT,
      devices,
      plus(
        constant('diskHeadBytes'),
        constant('diskHostBytes'),
        constant('diskEpochBytes'),
        constant('diskDeviceRowBytes'),
      ),
    ),
    size(
      'application_devices',
      PRESENT,
      devices,
      input('executables'),
      constant('diskApplicationDeviceBytes'),
    ),
    size('control store', PRESENT, devices, constant('diskControlDeviceBytes')),
  ];
  sheet.section('Disk: grows with different executables');
  present.push(
    size(
      'executables and mappings',
      PRESENT,
      distinct,
      plus(constant('diskExecutableBytes'), constant('diskMappingBytes')),
    ),
  );
  sheet.section('Disk: grows with days');
  const rows = times(devices, input('usageRowsPerDay'));
  const changes = times(number(2), devices, input('change'), input('executables'));
  const daily = [
    size('usage', 'GiB / day', rows, constant('diskUsageBytes')),
    size('coverage', 'GiB / day', devices, constant('diskCoverageBytes')),
    size('usage_digests', 'GiB / day', devices, constant('diskUsageDigestBytes')),
    size('usage_daily', 'GiB / day', rows, constant('diskUsageDailyBytes')),
    size('inventory_changes', 'GiB / day', changes, constant('diskChangeBytes')),
  ];
  const aDay = line('a day', 'GiB / day', plus(...daily));
  const kept = line('days kept', GB, times(aDay, input('retentionDays')));
  const rewritten = times(
    devices,
    input('reportsPerDay'),
    changeShare,
    input('executables'),
    constant('diskInventoryIdBytes'),
  );
  line('inventories written again, before merges', 'GiB written / day', over(rewritten, number(GIB)));
  line('all tables, after that time', GB, plus(...present, kept));
}

export function planMemory(sheet: PlanSheet): void {
  const { input, constant, line } = short(sheet);
  const mib = number(1024 ** 2);
  sheet.section('Memory');
  const slots = powerOfTwo(over(input('distinctExecutables'), constant('idTableFill')));
  const ids = line('table of executable ids', 'MiB', over(times(slots, constant('idSlotBytes')), mib));
  const devices = input('devices');
  type Remembered = 'rememberedHeads' | 'rememberedReports';
  const remembered = (count: Remembered, bytes: 'headBytes' | 'reportNameBytes') =>
    over(times(least(devices, constant(count)), constant(bytes)), mib);
  const heads = line('heads remembered', 'MiB', remembered('rememberedHeads', 'headBytes'));
  const reports = line('reports remembered', 'MiB', remembered('rememberedReports', 'reportNameBytes'));
  const collector = line('collector', 'MiB', plus(constant('collectorMib'), ids, heads, reports));
  const derive = over(constant('deriveMemoryBytes'), mib);
  const engine = line('engine, at most while it derives', 'MiB', plus(constant('engineMib'), derive));
  line('both processes', 'MiB', plus(collector, engine));
}
