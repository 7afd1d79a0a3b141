/**
 * Many short programs while they are metered at several intervals, and what the kernel's own process accounting says of each. The first
 * process of its own process namespace: accounting is turned on in that alone. Says everything as JSON.
 */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, linkSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { MeteredByClock } from './metering-program.ts';
import { outputOf } from './output-of.ts';

export interface WorkloadOrder {
  folder: string;
  /** Seconds that each program runs; each is a program of its own. */
  lengths: number[];
  /** Seconds over which they are started. */
  spreadSeconds: number;
  intervalsMs: number[];
}

export interface AccountedWorkload {
  /** By path: seconds from start to end, as the kernel accounts for them. */
  accounted: Record<string, number>;
  /** By interval. */
  metered: { intervalMs: number; metered: MeteredByClock }[];
}

/** See acct(5): struct acct_v3. */
const RECORD_BYTES = 64;
const [PID_AT, ELAPSED_AT] = [16, 28];
const TICKS_PER_SECOND = 100;

process.stdout.write(JSON.stringify(await run(JSON.parse(process.argv[2] ?? '') as WorkloadOrder)), () =>
  process.exit(),
);

async function run({
  folder,
  lengths,
  spreadSeconds,
  intervalsMs,
}: WorkloadOrder): Promise<AccountedWorkload> {
  const programs = join(folder, 'programs');
  mkdirSync(programs);
  const first = join(programs, 'nap-0');
  copyFileSync('/bin/sleep', first);
  const paths = lengths.map((_, index) => join(programs, `nap-${index}`));
  for (const path of paths.slice(1)) linkSync(first, path);
  const file = join(folder, 'accounting');
  writeFileSync(file, '');
  const meters = await Promise.all(
    intervalsMs.map(async (intervalMs) => {
      const child = spawn(
        process.execPath,
        [join(import.meta.dirname, 'metering-program.ts'), programs, `${intervalMs}`],
        { stdio: ['ignore', 'pipe', 'inherit'] },
      );
      const output = outputOf(child);
      await once(child.stdout, 'data');
      return { intervalMs, child, output };
    }),
  );
  await sleep(Math.max(...intervalsMs) + 1_000);
  execFileSync('accton', [file]);
  const pids = new Map<number, string>();
  await Promise.all(
    paths.map(async (path, index) => {
      await sleep(((index * 7_919) % paths.length) * (spreadSeconds / paths.length) * 1_000);
      const child = spawn(path, [`${lengths[index]}`], { stdio: 'ignore' });
      pids.set(child.pid ?? 0, path);
      await once(child, 'exit');
    }),
  );
  execFileSync('accton', ['off']);
  await sleep(2 * Math.max(...intervalsMs));
  const metered = await Promise.all(
    meters.map(async ({ intervalMs, child, output }) => {
      child.kill('SIGTERM');
      return { intervalMs, metered: JSON.parse((await output).slice('ready\n'.length)) as MeteredByClock };
    }),
  );
  return { accounted: accountedIn(readFileSync(file), pids), metered };
}

function accountedIn(records: Buffer, pids: ReadonlyMap<number, string>): Record<string, number> {
  const seconds: Record<string, number> = {};
  for (let at = 0; at + RECORD_BYTES <= records.length; at += RECORD_BYTES) {
    const path = pids.get(records.readUInt32LE(at + PID_AT));
    if (path !== undefined) seconds[path] = records.readFloatLE(at + ELAPSED_AT) / TICKS_PER_SECOND;
  }
  return seconds;
}
