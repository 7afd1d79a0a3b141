import { chownSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { terminalInputMs } from './terminal-input.linux.ts';

const now = { wallMs: 1_800_000_000_000, monotonicMs: 500_000, bootMs: 500_000 };
const own = process.getuid?.() ?? 0;

function terminals(inputs: Record<string, number>): string {
  const folder = mkdtempSync(join(tmpdir(), 'fleetmeter-terminals-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [name, agoMs] of Object.entries(inputs)) {
    writeFileSync(join(folder, name), '');
    utimesSync(join(folder, name), (now.wallMs - agoMs) / 1000, 0);
  }
  return folder;
}

test('the newest input of a user’s terminals is told on the monotonic clock', () => {
  const folder = terminals({ 0: 90_000, 3: 60_000, 12: 80_000, ptmx: 0 });
  expect(terminalInputMs(folder, own, now)).toBe(now.monotonicMs - 60_000);
});

test('input from before the computer started is a time before zero, and no missing one', () => {
  expect(terminalInputMs(terminals({ 0: 900_000 }), own, now)).toBe(-400_000);
});

test('who has no terminal has none, and where none can be seen it is not known', () => {
  expect(terminalInputMs(terminals({ 0: 0 }), own + 1, now)).toBe('none');
  expect(terminalInputMs('/nowhere', own, now)).toBe(undefined);
});

test.runIf(own === 0)('a terminal counts for whom it belongs to', () => {
  const folder = terminals({ 0: 50_000, 1: 10_000 });
  chownSync(join(folder, '0'), 4242, 0);
  expect(terminalInputMs(folder, 4242, now)).toBe(now.monotonicMs - 50_000);
});
