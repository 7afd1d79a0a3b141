import { expect, test } from 'vitest';
import { LiveError, liveConstants, parseMetrics, readLive } from './live-constants.ts';

const METRICS = `
# HELP fleetmeter_table_rows Rows of each table
fleetmeter_table_rows{table="usage"} 30000
fleetmeter_table_bytes{table="usage"} 600000
fleetmeter_table_rows{table="coverage"} 12
fleetmeter_table_bytes{table="coverage"} 900
fleetmeter_process_resident_memory_bytes 209715200
fleetmeter_process_cpu_seconds_total 2.5
fleetmeter_process_reports_total 5000
fleetmeter_receive_bytes_total{route="report"} 1500000
fleetmeter_receive_bytes_total{route="evidence"} 500000
`;

test('what can be seen is taken, what cannot is said', () => {
  const { values, notes } = liveConstants(parseMetrics(METRICS));
  expect(values).toEqual({ diskUsageBytes: 20, collectorMib: 200 });
  expect(notes[0]).toBe('taken from the collector: diskUsageBytes, collectorMib');
  expect(notes[1]).toContain('diskCoverageBytes (fewer than 1000 rows of coverage)');
  expect(notes[2]).toBe(
    'seen for each of 5,000 reports since its start: collector 500 CPU µs, engine not told, received 400 bytes, written not told',
  );
});

test('a collector that has done nothing says nothing about costs', () => {
  const { values, notes } = liveConstants(parseMetrics('fleetmeter_process_reports_total 0\n'));
  expect(values).toEqual({});
  expect(notes.at(-1)).toMatch(/no report yet/);
});

test('an address that is none, or where nobody answers, is one line', async () => {
  await expect(readLive('here')).rejects.toThrow(
    new LiveError('--from-live must be the address of a collector\'s page, not "here"'),
  );
  await expect(readLive('http://127.0.0.1:9')).rejects.toThrow(
    /^http:\/\/127\.0\.0\.1:9\/metrics cannot be read: .+$/,
  );
});
