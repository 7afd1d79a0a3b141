import { mkdtempSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { KernelText } from './kernel-text.linux.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fleetmeter-kernel-text-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const filesOpen = (path: string): number =>
  readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`) === path;
    } catch {
      return false;
    }
  }).length;

test('each reading is a new one, of one file that stays open', () => {
  const path = join(folder, 'text');
  writeFileSync(path, '4096\n');
  const text = new KernelText(path);
  expect(text.read()).toBe('4096\n');
  writeFileSync(path, '7\n');
  expect(text.read()).toBe('7\n');
  expect(filesOpen(path)).toBe(1);
});

test("the kernel's own is made anew as well", async () => {
  const uptime = new KernelText('/proc/uptime');
  const before = Number.parseFloat(uptime.read() ?? '');
  expect(before).toBeGreaterThan(0);
  await expect.poll(() => Number.parseFloat(uptime.read() ?? '')).toBeGreaterThan(before);
});

test('what is not there is looked for again', () => {
  const path = join(folder, 'later');
  const text = new KernelText(path);
  expect(text.read()).toBeUndefined();
  writeFileSync(path, 'now\n');
  expect(text.read()).toBe('now\n');
});

test('what cannot be read leaves no file open', () => {
  const text = new KernelText(folder);
  expect(text.read()).toBeUndefined();
  expect(filesOpen(folder)).toBe(0);
});
