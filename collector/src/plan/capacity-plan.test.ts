import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { capacityPlan, constantsUsed, figure } from './capacity-plan.ts';
import { CONSTANTS, type ConstantName, type ConstantValues, fixedConstants } from './constants.ts';
import { constantsOfFile } from './known-constants.ts';
import { readPlanInputs } from './plan-inputs.ts';
import { readable } from './quantity.ts';

const SOURCES = join(import.meta.dirname, '..');

/** Every cost is 1, so that sums can be checked by counting. */
function ones(changes: Partial<ConstantValues> = {}): ConstantValues {
  const all = Object.fromEntries((Object.keys(CONSTANTS) as ConstantName[]).map((name) => [name, 1]));
  return { ...(all as ConstantValues), ...fixedConstants(), ...changes };
}

const plan = (given: Parameters<typeof readPlanInputs>[0] = {}, values = ones()) =>
  capacityPlan(readPlanInputs(given), values);

test('a million devices that report hourly are 278 requests a second, and 16,667 without jitter', () => {
  const lines = plan();
  expect(figure(lines, 'requests, mean')).toBeCloseTo(277.78, 2);
  expect(figure(lines, 'requests, busiest second with jitter')).toBeCloseTo(277.78 + 4 * 16.667, 1);
  expect(figure(lines, 'requests, without jitter all together')).toBeCloseTo(1_000_000 / 60, 6);
});

test('the naive design takes 27.8 hours', () => {
  const line = plan().find(({ name }) => name === 'naive design: a row for each device and executable');
  expect(line?.value).toBeCloseTo(27.78, 2);
  expect(line?.unit).toBe('hours');
  expect(line?.numbers).toBe('1,000,000 × 2,000 / (20,000 × 3,600)');
});

test('an envelope is its report, its rows and its ids; traffic is envelopes and headers', () => {
  const values = ones({
    reportBytes: 200,
    usageRowBytes: 20,
    idBytes: 8,
    requestInBytes: 150,
    requestOutBytes: 100,
  });
  const lines = plan({ usageRowsPerDay: '24', activeHours: '6', change: '6%', executables: '1000' }, values);
  expect(figure(lines, 'rows of use in a report')).toBe(6);
  expect(figure(lines, 'ids named in a report')).toBeCloseTo(5, 9);
  expect(figure(lines, 'envelope of a report')).toBeCloseTo(200 + 6 * 20 + 5 * 8, 9);
  // 277.8 requests x 510 bytes x 8 bits.
  expect(figure(lines, 'received')).toBeCloseTo((277.777_778 * 510 * 8) / 1e6, 4);
});

test('a device that reports once a day sends each row once', () => {
  expect(figure(plan({ reportsPerDay: '1' }), 'rows of use in a report')).toBe(30);
});

test('ranges are filled by what comes while processing waits and writes, up to their limit', () => {
  const values = ones({ rangeWallMs: 500, reportWallMs: 0 });
  const given = { devices: '86400', reportsPerDay: '10', processLingerMs: '2000' };
  expect(figure(plan(given, values), 'reports in a range')).toBeCloseTo(10 * 2.5, 9);
  expect(figure(plan({ ...given, devices: '86400000' }, values), 'reports in a range')).toBe(2000);
  expect(figure(plan({ ...given, devices: '1' }, values), 'reports in a range')).toBe(1);
});

test('a first inventory is the sum of its stages, and passes on all cores of a machine', () => {
  const none = Object.fromEntries((Object.keys(CONSTANTS) as ConstantName[]).map((name) => [name, 0]));
  const values = { ...(none as ConstantValues), ...fixedConstants() };
  const given = { devices: '1000000', distinctExecutables: '1', cores: '2' };
  const lines = plan(given, { ...values, reportBytes: 219, httpUs: 1000, signatureUs: 200 });
  // One executable described by one device in a million costs next to nothing.
  expect(figure(lines, 'a device, without recompute')).toBeCloseTo(1200, 2);
  expect(figure(lines, 'all inventories, without TLS')).toBeCloseTo((1_000_000 * 1.2e-3) / 2 / 60, 3);
  const secure = plan(given, {
    ...values,
    reportBytes: 219,
    httpUs: 1000,
    signatureUs: 200,
    tlsFullUs: 600,
    tcpUs: 100,
  });
  expect(figure(secure, 'all inventories, with full handshakes')).toBeCloseTo(
    (1_000_000 * 1.9e-3) / 2 / 60,
    3,
  );
});

test('what waits after an outage, and how long catching up takes', () => {
  const lines = plan(
    { devices: '86400', reportsPerDay: '24', outageHours: '10' },
    ones({ reportBytes: 1000 }),
  );
  expect(figure(lines, 'reports that wait')).toBe(24 * 36_000);
  const spare = figure(lines, 'cores for catching up, while reports come');
  const each = figure(lines, 'processing, ranges full');
  expect(figure(lines, 'time to catch up')).toBeCloseTo((24 * 36_000 * each) / spare / 60e6, 9);
});

test('the table of ids doubles when it is fuller than it may be', () => {
  // 5,000,000 ids at 0.6 a slot need 8,333,333 slots: 2^23 holds 8,388,608 of 12 bytes.
  expect(figure(plan(), 'table of executable ids')).toBe((8_388_608 * 12) / 1024 ** 2);
  expect(figure(plan({ distinctExecutables: '5100000' }), 'table of executable ids')).toBe(
    (16_777_216 * 12) / 1024 ** 2,
  );
});

test('recomputing takes its part of the time and no more, and no less often than its interval allows', () => {
  const none = Object.fromEntries((Object.keys(CONSTANTS) as ConstantName[]).map((name) => [name, 0]));
  // A round of 120 CPU seconds on 2 threads is 60 seconds of work.
  const values = { ...(none as ConstantValues), ...fixedConstants(), deriveInventoryUs: 120e6 };
  const lines = plan({ recomputeTimePercent: '5', recomputeSeconds: '60' }, values);
  expect(figure(lines, 'from one round to the next')).toBeCloseTo(20, 9);
  expect(figure(lines, 'in the long run')).toBeCloseTo(0.1, 9);
  const often = plan({ recomputeTimePercent: '100', recomputeSeconds: '60' }, values);
  expect(figure(often, 'from one round to the next')).toBeCloseTo(2, 9);
});

test('a fleet that keeps more cores busy than one machine may have needs another', () => {
  const values = ones({ httpUs: 10_000 });
  expect(figure(plan({}, values), 'machines, without TLS')).toBe(
    Math.ceil(figure(plan({}, values), 'cores busy, without TLS') / 1.2),
  );
});

test('every line has a unit and a calculation, and a calculation with numbers that are all there', () => {
  const lines = plan();
  expect(lines.length).toBeGreaterThan(60);
  for (const line of lines) {
    expect(line.unit, line.name).not.toBe('');
    expect(line.names, line.name).not.toBe('');
    expect(line.numbers, line.name).not.toMatch(/NaN|undefined|Infinity/);
    expect(Number.isFinite(line.value), line.name).toBe(true);
  }
});

test('every constant that is used has a provenance that exists, and every constant is used', () => {
  const used = constantsUsed(plan());
  for (const name of used) {
    const { unit, meaning, from } = CONSTANTS[name];
    expect(
      [unit, meaning].every((text) => text.length > 2),
      name,
    ).toBe(true);
    expect(existsSync(join(SOURCES, from)), `${name}: ${from}`).toBe(true);
  }
  expect(Object.keys(CONSTANTS).filter((name) => !used.includes(name as ConstantName))).toEqual([]);
});

test('what the code fixes is what the code says', () => {
  const says = (file: string, pattern: RegExp): number => {
    const text = pattern.exec(readFileSync(join(SOURCES, file), 'utf8'))?.[1];
    // Products such as 16 * 1024 * 1024, digits such as 1_000.
    return (text ?? '')
      .replaceAll('_', '')
      .split('*')
      .reduce((all, factor) => all * Number(factor), 1);
  };
  const {
    rangeReports,
    rangeBytes,
    rememberedHeads,
    rememberedReports,
    deriveThreads,
    idTableFill,
    deriveMemoryBytes,
  } = fixedConstants();
  expect(rangeReports).toBe(says('process/processor.ts', /maxRecords: ([\d_]+)/));
  expect(rangeBytes).toBe(says('process/processor.ts', /maxBytes: ([\d_* ]+)/));
  expect(rememberedHeads).toBe(says('collector.ts', /REMEMBERED_HEADS = ([\d_]+)/));
  expect(rememberedReports).toBe(says('receive/replay-window.ts', /REMEMBERED_DEVICES = ([\d_]+)/));
  expect(idTableFill).toBe(says('control/id-table.ts', /GROW_ABOVE = ([\d.]+)/));
  expect(deriveThreads).toBe(says('clickhouse/deriving-settings.ts', /max_threads = (\d+)/));
  expect(deriveMemoryBytes).toBe(
    says('clickhouse/deriving-settings.ts', /MEMORY_ELSEWHERE_BYTES = ([\d_]+)/),
  );
});

test('the reference machine has a value for everything', () => {
  const { values, sources } = constantsOfFile();
  for (const name of Object.keys(CONSTANTS) as ConstantName[]) {
    expect(values[name], name).toBeGreaterThanOrEqual(0);
    expect(sources[name], name).not.toBe('');
  }
  expect(readable(figure(capacityPlan(readPlanInputs({}), values), 'requests, mean'))).toBe('277.8');
});
