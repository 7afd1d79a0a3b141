import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { TurnoverSource } from './process-turnover.linux.ts';

let proc: string;
beforeEach(() => {
  proc = mkdtempSync(join(tmpdir(), 'fleetmeter-turnover-'));
  mkdirSync(join(proc, 'self/ns'), { recursive: true });
  mkdirSync(join(proc, 'sys/kernel'), { recursive: true });
  writeFileSync(join(proc, 'sys/kernel/ns_last_pid'), '4096\n');
  writeFileSync(join(proc, 'loadavg'), '0.50 0.01 12.05 3/235 4096\n');
});
afterEach(() => rmSync(proc, { recursive: true }));
const inNamespace = (inode: number): void => symlinkSync(`pid:[${inode}]`, join(proc, 'self/ns/pid'));

test('in the first namespace of numbers both are known, and read anew at each look', () => {
  inNamespace(4026531836);
  const source = new TurnoverSource(proc);
  expect(source.look()).toEqual({ newest: '4096\n', threads: '235' });
  writeFileSync(join(proc, 'loadavg'), '0.50 0.01 12.05 3/236 4096\n');
  writeFileSync(join(proc, 'sys/kernel/ns_last_pid'), '4097\n');
  expect(source.look()).toEqual({ newest: '4097\n', threads: '236' });
});

test('in another namespace, where more is counted than is seen, threads are not known', () => {
  inNamespace(4026532500);
  expect(new TurnoverSource(proc).look()).toEqual({ newest: '4096\n', threads: undefined });
});

test('what is not there or makes no sense is not known', () => {
  inNamespace(4026531836);
  writeFileSync(join(proc, 'loadavg'), 'much\n');
  rmSync(join(proc, 'sys'), { recursive: true });
  expect(new TurnoverSource(proc).look()).toEqual({ newest: undefined, threads: undefined });
  rmSync(join(proc, 'loadavg'));
  expect(new TurnoverSource(proc).look()).toEqual({ newest: undefined, threads: undefined });
});

test('a process that begins and one that ends both show in what this kernel says', async () => {
  const source = new TurnoverSource('/proc');
  const before = source.look();
  const child = spawn('/bin/sleep', ['30']);
  await once(child, 'spawn');
  const began = source.look();
  expect(began.newest).not.toBe(before.newest);
  expect(Number(began.newest)).toBeGreaterThan(0);
  expect(readFileSync('/proc/loadavg', 'latin1')).toContain('/');
  child.kill();
});
