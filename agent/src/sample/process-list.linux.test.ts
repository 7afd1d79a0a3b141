import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { realClock } from '../clock/real-clock.ts';
import { LinuxProcessTable } from './process-list.linux.ts';

const ofPid = async (table: LinuxProcessTable, pid: number | undefined) =>
  (await table.read())?.processes.find(({ process }) => process.startsWith(`${pid}:`));

test('a process appears with its program, user and kernel start, and goes when it ends', async () => {
  const table = new LinuxProcessTable();
  const startedBootMs = realClock().now().bootMs;
  const child = spawn('/bin/sleep', ['30']);
  await sleep(50);
  const seen = await ofPid(table, child.pid);
  expect(seen?.program.path).toMatch(/\/sleep$/);
  expect(seen?.program.openPath).toBe(`/proc/${child.pid}/exe`);
  expect(seen?.uid).toBe(process.getuid?.());
  expect(Math.abs((seen?.startedBootMs ?? 0) - startedBootMs)).toBeLessThan(200);
  child.kill();
  await sleep(50);
  expect(await ofPid(table, child.pid)).toBeUndefined();
});

test('exec in the same process is noticed, also when the name stays', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'fleetmeter-exec-'));
  const program = join(folder, 'sh');
  copyFileSync('/bin/sleep', program);
  const table = new LinuxProcessTable();
  const child = spawn('/bin/sh', ['-c', `read line; exec ${program} 30`], {
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  await sleep(100);
  const before = await ofPid(table, child.pid);
  child.stdin?.end('\n');
  await sleep(100);
  const after = await ofPid(table, child.pid);
  expect(after?.process).toBe(before?.process);
  expect(before?.program.path).not.toBe(program);
  expect(after?.program.path).toBe(program);
  child.kill();
  rmSync(folder, { recursive: true });
});

test('a program deleted while it runs keeps its name and key', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'fleetmeter-deleted-'));
  const program = join(folder, 'napper');
  copyFileSync('/bin/sleep', program);
  const child = spawn(program, ['30']);
  await sleep(50);
  const before = await ofPid(new LinuxProcessTable(), child.pid);
  rmSync(folder, { recursive: true });
  const after = await ofPid(new LinuxProcessTable(), child.pid);
  expect(after?.program.path).toBe(program);
  expect(after?.program.key).toBe(before?.program.key);
  child.kill();
});

/** A process as the kernel would show it in `proc`; its folder. */
function addProcess(proc: string, pid: number): string {
  const folder = join(proc, `${pid}`);
  mkdirSync(folder);
  const fields = [
    ...['S', '1', '1', '1', '0', '-1', '0'],
    ...Array(12).fill('0'),
    ...[`${pid}00`, ...Array(6).fill('0')],
  ];
  writeFileSync(join(folder, 'stat'), `${pid} (sleep) ${fields.join(' ')}\n`);
  writeFileSync(join(folder, 'status'), 'Uid:\t1000\t1000\t1000\t1000\n');
  writeFileSync(join(folder, 'cgroup'), '0::/\n');
  symlinkSync('/bin/sleep', join(folder, 'exe'));
  return folder;
}

test('a program that could not be seen at first is seen once it can be, and until then nothing has changed', async () => {
  const proc = mkdtempSync(join(tmpdir(), 'fleetmeter-proc-'));
  addProcess(proc, 1);
  const folder = addProcess(proc, 20);
  rmSync(join(folder, 'exe'));
  symlinkSync('/nowhere/sleep', join(folder, 'exe'));
  let nowMs = 1_000;
  const table = new LinuxProcessTable({ proc, nowMs: () => nowMs });
  const first = await table.read();
  expect([first?.processes.length, first?.unreadable]).toEqual([1, 1]);
  nowMs += 120_000;
  expect((await table.read())?.processes).toBe(first?.processes);
  rmSync(join(folder, 'exe'));
  symlinkSync('/bin/sleep', join(folder, 'exe'));
  nowMs += 1_000;
  expect((await table.read())?.processes).toBe(first?.processes);
  nowMs += 120_000;
  const later = await table.read();
  expect([later?.processes.length, later?.unreadable]).toEqual([2, 0]);
  rmSync(proc, { recursive: true });
});

test('a sample is whole when every process could be looked at, and not when one could not or the first is hidden', async () => {
  const proc = mkdtempSync(join(tmpdir(), 'fleetmeter-proc-'));
  const add = (pid: number): string => addProcess(proc, pid);
  const first = add(1);
  const other = add(20);
  const table = new LinuxProcessTable({ proc });
  const sample = async () => {
    const { processes, whole } = (await table.read()) ?? {};
    return [whole, processes?.map(({ process }) => process.split(':')[0])];
  };
  expect(await sample()).toEqual([true, ['1', '20']]);
  // The very same list: nothing has changed.
  expect((await table.read())?.processes).toBe((await table.read())?.processes);
  // Nothing but a reason of its own makes a process one that has ended.
  rmSync(join(other, 'stat'));
  mkdirSync(join(other, 'stat'));
  expect(await sample()).toEqual([false, ['1']]);
  rmSync(other, { recursive: true });
  expect(await sample()).toEqual([true, ['1']]);
  // What is odd about a program says nothing of the others.
  const more = add(30);
  rmSync(join(more, 'exe'));
  writeFileSync(join(more, 'exe'), '');
  expect(await sample()).toEqual([true, ['1']]);
  expect((await table.read())?.unreadable).toBe(1);
  rmSync(first, { recursive: true });
  expect(await sample()).toEqual([false, []]);
  rmSync(proc, { recursive: true });
  expect(await table.read()).toBeUndefined();
});

/** Looks by a clock that is moved by hand, so that processes grow old at once. */
class MovedClock {
  ms = 0;
  readonly table = new LinuxProcessTable({ nowMs: () => this.ms });

  async programOf(pid: number | undefined): Promise<string | undefined> {
    return (await ofPid(this.table, pid))?.program.path.split('/').at(-1);
  }
}

test('a process that becomes another program long after its start is noticed within the usual interval', async () => {
  const clock = new MovedClock();
  const child = spawn('/bin/sh', ['-c', 'read line; exec sleep 30'], { stdio: ['pipe', 'ignore', 'ignore'] });
  await sleep(100);
  const shell = await clock.programOf(child.pid);
  clock.ms += 11_000;
  expect(await clock.programOf(child.pid)).toBe(shell);
  child.stdin?.end('\n');
  await sleep(100);
  clock.ms += 5_000;
  expect(await clock.programOf(child.pid)).toBe('sleep');
  child.kill();
});

test('one that has ended is gone at the next look, however soon that is and however old it was', async () => {
  const clock = new MovedClock();
  const child = spawn('/bin/sleep', ['30']);
  await sleep(100);
  expect(await clock.programOf(child.pid)).toBe('sleep');
  clock.ms += 11_000;
  expect(await clock.programOf(child.pid)).toBe('sleep');
  clock.ms += 1_000;
  expect(await clock.programOf(child.pid)).toBe('sleep');
  const ended = once(child, 'exit');
  child.kill();
  await ended;
  clock.ms += 1_000;
  expect(await clock.programOf(child.pid)).toBeUndefined();
});

test('one that has ended and that nobody has reaped runs no more, also when it was old', async () => {
  const clock = new MovedClock();
  const parent = spawn('/bin/sh', ['-c', 'sleep 1.5 & echo $!; exec sleep 30'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [said] = await once(parent.stdout, 'data');
  const pid = Number(said);
  await sleep(300);
  expect(await clock.programOf(pid)).toBe('sleep');
  clock.ms += 11_000;
  expect(await clock.programOf(pid)).toBe('sleep');
  await sleep(2_000);
  expect(readFileSync(`/proc/${pid}/stat`, 'latin1')).toContain(') Z ');
  clock.ms += 5_000;
  expect(await clock.programOf(pid)).toBeUndefined();
  clock.ms += 1_000;
  expect(await clock.programOf(pid)).toBeUndefined();
  parent.kill();
});

test('many processes leave no file open behind them', async () => {
  const clock = new MovedClock();
  await clock.table.read();
  const open = (): number =>
    readdirSync('/proc/self/fd').filter((fd) => {
      try {
        return readlinkSync(`/proc/self/fd/${fd}`).endsWith('/statm');
      } catch {
        return false;
      }
    }).length;
  const before = open();
  expect(before).toBeGreaterThan(0);
  const children = Array.from({ length: 50 }, () => spawn('/bin/sleep', ['30']));
  await sleep(200);
  await clock.table.read();
  expect(open()).toBeGreaterThanOrEqual(before + 30);
  for (const child of children) child.kill();
  await Promise.all(children.map((child) => once(child, 'exit')));
  await clock.table.read();
  expect(open()).toBeLessThanOrEqual(before + 20);
});
