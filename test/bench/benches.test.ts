/** Every benchmark runs to its end in seconds, as a process, so that none can rot. Its figures mean nothing here. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Figure } from './bench.ts';
import { BENCHES } from './benches.ts';

const RUN_BENCH = join(import.meta.dirname, 'run-bench.ts');

interface Ended {
  /** Null after a signal, and after too long a time. */
  status: number | null;
  stdout: string;
  stderr: string;
}

const runBench = (...args: string[]) =>
  new Promise<Ended>((resolve) => {
    const child = execFile(
      process.execPath,
      [RUN_BENCH, ...args],
      { encoding: 'utf8', timeout: 240_000, maxBuffer: 1 << 26 },
      (_, stdout, stderr) => resolve({ status: child.exitCode, stdout, stderr }),
    );
  });

// Side by side, since they mostly wait: for a quiet second, for merges, for the next recompute.
describe.concurrent.each(BENCHES)('$name', (bench) => {
  test('has a smoke setting of its own flags', () => {
    expect(Object.keys(bench.smoke).length).toBeGreaterThan(0);
    for (const flag of Object.keys(bench.smoke)) expect(Object.keys(bench.flags)).toContain(flag);
  });

  test('runs to its end, is right, and gives finite figures', async () => {
    const { status, stdout, stderr } = await runBench(bench.name, '--smoke', '--json');
    expect(status, stderr).toBe(0);
    const answer = JSON.parse(stdout) as { bench: string; figures: Record<string, Figure> };
    expect(answer.bench).toBe(bench.name);
    const figures = Object.entries(answer.figures);
    expect(figures.length).toBeGreaterThan(0);
    for (const [name, { value, unit, target, holds }] of figures) {
      expect([name, Number.isFinite(value), typeof unit]).toEqual([name, true, 'string']);
      expect([name, target === null || Number.isFinite(target)]).toEqual([name, true]);
      expect([name, [null, true, false].includes(holds)]).toEqual([name, true]);
      // A run of seconds must never look as if a target had been met.
      if (target === null) expect([name, holds]).toEqual([name, null]);
    }
  });
});

test('an unknown benchmark and a flag that is no number are refused with the list of what there is', async () => {
  const unknown = await runBench('no-such-bench');
  expect(unknown.status).toBe(2);
  for (const { name } of BENCHES) expect(unknown.stdout).toContain(name);
  const [first] = BENCHES;
  expect((await runBench(first?.name ?? '', '--devices', 'many')).status).toBe(2);
});
