import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, expect, test } from 'vitest';
import { CpuMeter, cpuSeconds } from './process-cpu.ts';

/** Burns CPU in two threads on each line it reads, then says what the system accounts for it, in microseconds. */
const BURNER = `
  const { Worker } = require('node:worker_threads');
  const burn = 'const end = process.cpuUsage().user + 300000; while (process.cpuUsage().user < end) for (let n = 0; n < 1e6; n++);';
  process.stdin.on('data', () => new Worker(burn, { eval: true }).once('exit', () => {
    eval(burn);
    const { user, system } = process.cpuUsage();
    console.log(user + system);
  }));
  console.log(0);`;
/** One tick of the accounting for user and one for system time, and what the answer itself takes. */
const ACCURACY_SECONDS = 0.1;

let child: ChildProcess | undefined;
afterEach(() => child?.kill('SIGKILL'));

async function answer(of: ChildProcess): Promise<number> {
  const [line] = (await once(of.stdout as NodeJS.ReadableStream, 'data')) as [Buffer];
  return Number(line.toString());
}

test('the meter says what the process itself knows of its CPU time, threads included, and begins anew at each lap', async () => {
  child = spawn(process.execPath, ['-e', BURNER], { stdio: ['pipe', 'pipe', 'inherit'] });
  await answer(child);
  const pid = child.pid as number;
  const meter = new CpuMeter({ burner: pid });
  const start = cpuSeconds(pid);
  child.stdin?.write('\n');
  const own = (await answer(child)) / 1_000_000;
  expect(Math.abs(meter.lap().burner - (own - start))).toBeLessThan(ACCURACY_SECONDS);
  expect(own - start).toBeGreaterThan(0.5);
  expect(meter.lap().burner).toBeLessThan(ACCURACY_SECONDS);
});

test('a process that is gone has no CPU time to read', () => {
  expect(() => cpuSeconds(2 ** 22 + 1)).toThrow('ENOENT');
});
