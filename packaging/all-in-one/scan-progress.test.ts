import { expect, test } from 'vitest';
import { type ScanView, scanProgress } from './scan-progress.ts';

const agent = { first_scan_finished: true, executables_installed: 2_000, report_in_flight: null };
const tables = { executables: 2_000, unnamed: 0, applications: 300, devices: 1, reported: 2_000 };
const progress = (change: { agent?: Partial<typeof agent>; tables?: Partial<typeof tables> } = {}) =>
  scanProgress({ agent: { ...agent, ...change.agent }, tables: { ...tables, ...change.tables } } as ScanView);

test('done is when everything found is in the tables, with its evidence', () => {
  expect(progress().done).toBe(true);
});

test.each([
  ['the scan still runs', { agent: { first_scan_finished: false } }],
  ['a report is on its way', { agent: { report_in_flight: {} as never } }],
  ['the newest report is not processed', { tables: { reported: 1_999 } }],
  ['the tables are not recomputed', { tables: { executables: 1_500 } }],
  ['evidence is missing', { tables: { unnamed: 1 } }],
  ['no application is known', { tables: { applications: 0 } }],
  ['nothing was found yet', { agent: { executables_installed: 0 } }],
])('not done while %s', (_, change) => {
  expect(progress(change).done).toBe(false);
});

test('several devices share rows', () => {
  expect(progress({ tables: { devices: 2, reported: 4_000 } }).done).toBe(true);
});

test('before the agent or the database answer there is something to say', () => {
  expect(scanProgress({ agent: undefined, tables })).toEqual({
    done: false,
    text: 'first scan: the agent starts',
  });
  expect(scanProgress({ agent, tables: undefined }).text).toContain('does not answer');
  expect(progress({ agent: { first_scan_finished: false } }).text).toContain('2,000 executables so far');
});
