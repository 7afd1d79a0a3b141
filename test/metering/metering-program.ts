/**
 * Meters one program, or those of a folder, on this computer with the real clock and the real process table until it is told to end,
 * then says what it counted, as JSON.
 */
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { realClock } from '../../agent/src/clock/real-clock.ts';
import { LinuxProcessTable } from '../../agent/src/sample/process-list.linux.ts';
import { UsageMeter } from '../../agent/src/usage/usage-meter.ts';
import type { CoverageRow, UsageRow } from '../../agent/src/usage/usage-values.ts';

export interface MeteredByClock {
  usage: (Omit<UsageRow, 'slots'> & { marks: number })[];
  coverage: CoverageRow[];
  /** Seconds from the first to the last look that showed the program, by the wall clock: what a meter without a monotonic one would say. */
  wallSeconds: number;
  samples: number;
  clamped: number;
}

const [, , place = '', intervalText = ''] = process.argv;
const intervalMs = Number(intervalText);
const clock = realClock();
const table = new LinuxProcessTable();
let runs = 0;
const meter = new UsageMeter({
  bootId: clock.bootId(),
  sampleIntervalMs: intervalMs,
  newRun: () => `${++runs}`.padStart(16, '0'),
  nameProgram: idOf,
});
const rows = { usage: new Map<string, UsageRow>(), coverage: new Map<string, CoverageRow>() };
const walls: number[] = [];
let samples = 0;
let ending = false;
process.once('SIGTERM', () => {
  ending = true;
});
process.stdout.write('ready\n');
while (!ending) {
  const sample = await table.read();
  const at = clock.now();
  if (!sample) throw new Error('the process table cannot be read');
  const processes = sample.processes.filter(({ program }) => `${program.path}/`.startsWith(`${place}/`));
  if (processes.length > 0) walls.push(at.wallMs);
  meter.observe(
    at,
    processes.map(({ process, program, startedBootMs }) => ({
      ...{ process, startedBootMs, program: program.path },
      ...{ user: 'u', origin: 'user' as const },
    })),
    sample.whole,
  );
  samples++;
  const due = meter.flush();
  for (const row of due?.usage ?? []) rows.usage.set(`${row.day} ${row.run} ${row.executableId}`, row);
  for (const row of due?.coverage ?? []) rows.coverage.set(`${row.day} ${row.run}`, row);
  meter.flushed();
  await sleep(intervalMs);
}
const metered: MeteredByClock = {
  usage: [...rows.usage.values()].map(({ slots, ...row }) => ({
    ...row,
    marks: slots.reduce((sum, bits) => sum + bits.toString(2).replaceAll('0', '').length, 0),
  })),
  coverage: [...rows.coverage.values()],
  wallSeconds: ((walls.at(-1) ?? 0) - (walls[0] ?? 0)) / 1000,
  samples,
  clamped: meter.clamped,
};
process.stdout.write(JSON.stringify(metered), () => process.exit());

function idOf(path: string): string {
  return createHash('sha256').update(path).digest('hex').slice(0, 16);
}
