/** Every benchmark runs to its end in seconds, as a process, so that none can rot. Its figures mean nothing here. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Figure } from './bench.ts';
import { BENCHES } from './benches.ts';

const RUN_BENCH = join(import.meta.dirname, 'run-bench.ts');

const runBench = (...args: string[]) =>
  spawnSync(process.execPath, [RUN_BENCH, ...args], { encoding: 'utf8', timeout: 240_000 });

describe.each(BENCHES)('$name', (bench) => {
  test('has a smoke setting of its own flags', () => {
    expect(Object.keys(bench.smoke).length).toBeGreaterThan(0);
    for (const flag of Object.keys(bench.smoke)) expect(Object.keys(bench.flags)).toContain(flag);
  });

  test('runs to its end, is right, and gives finite figures', () => {
    const { status, stdout, stderr } = runBench(bench.name, '--smoke', '--json');
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

test('an unknown benchmark and a flag that is no number are refused with the list of what there is', () => {
  const unknown = runBench('no-such-bench');
  expect(unknown.status).toBe(2);
  for (const { name } of BENCHES) expect(unknown.stdout).toContain(name);
  const [first] = BENCHES;
  expect(runBench(first?.name ?? '', '--devices', 'many').status).toBe(2);
});
