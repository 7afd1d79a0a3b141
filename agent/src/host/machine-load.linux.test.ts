import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { machineLoad } from './machine-load.linux.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fleetmeter-pressure-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** In the words of the kernel's documentation. */
const pressure = (name: string, avg10: string) =>
  writeFileSync(
    join(folder, name),
    `some avg10=${avg10} avg60=9.00 avg300=9.00 total=1\nfull avg10=7.00 avg60=7.00 avg300=7.00 total=1\n`,
  );

test('says how long some program waited of late', () => {
  pressure('cpu', '12.50');
  pressure('io', '0.00');
  pressure('memory', '100.00');
  expect(machineLoad(folder).pressure).toEqual({ cpu: 12.5, storage: 0, memory: 100 });
});

test('a kernel that says nothing, or only a part, or something else leaves the load average', () => {
  expect(machineLoad(folder).pressure).toBeUndefined();
  pressure('cpu', '1.00');
  pressure('io', '1.00');
  expect(machineLoad(folder).pressure).toBeUndefined();
  writeFileSync(join(folder, 'memory'), 'nothing of the kind');
  expect(machineLoad(folder).pressure).toBeUndefined();
  expect(machineLoad(folder).loadPerCore).toBeGreaterThanOrEqual(0);
});
