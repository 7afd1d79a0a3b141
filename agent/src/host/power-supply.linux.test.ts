import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runsOnBattery } from './power-supply.linux.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fleetmeter-power-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function supply(name: string, files: Record<string, string>): void {
  mkdirSync(join(folder, name));
  for (const [file, content] of Object.entries(files))
    writeFileSync(join(folder, name, file), `${content}\n`);
}
const mains = (online: '0' | '1') => supply('AC', { type: 'Mains', online });
const battery = (status: string, more = {}) => supply('BAT0', { type: 'Battery', status, ...more });

test('a computer without batteries does not run on one', () => {
  expect(runsOnBattery(folder)).toBe(false);
  expect(runsOnBattery(join(folder, 'absent'))).toBe(false);
  mains('1');
  expect(runsOnBattery(folder)).toBe(false);
});

test('a laptop runs on its battery when the battery is used up and nothing feeds it', () => {
  mains('0');
  battery('Discharging');
  expect(runsOnBattery(folder)).toBe(true);
});

test.each(['Charging', 'Full', 'Not charging', 'Unknown'])('a battery that is %s is not run on', (status) => {
  battery(status);
  expect(runsOnBattery(folder)).toBe(false);
});

test('a cable counts, whatever the battery says meanwhile', () => {
  supply('ucsi', { type: 'USB', online: '1' });
  battery('Discharging');
  expect(runsOnBattery(folder)).toBe(false);
});

test('the battery of a mouse is not the computer’s', () => {
  supply('hidpp', { type: 'Battery', scope: 'Device', status: 'Discharging' });
  expect(runsOnBattery(folder)).toBe(false);
});
