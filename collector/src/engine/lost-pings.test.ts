import { spawn } from 'node:child_process';
import { expect, test } from 'vitest';
import { LostPings } from './lost-pings.ts';
import { mainThreadCpuSeconds } from './process-accounting.ts';

test('an engine that rests and does not answer is ended after the third ping', () => {
  const pings = new LostPings();
  expect([true, false, false, false].map((answered) => pings.note(answered, 1, 10))).toEqual([
    false,
    false,
    false,
    true,
  ]);
});

test('one whose event loop works has a minute', () => {
  const pings = new LostPings();
  const ends = Array.from({ length: 13 }, (_, at) => pings.note(at === 0, 1, 10 + at));
  expect(ends.lastIndexOf(false)).toBe(11);
  expect(ends[12]).toBe(true);
});

test('an answer between them begins anew, and so does work that ends', () => {
  const pings = new LostPings();
  for (let at = 0; at < 8; at++) pings.note(false, 1, at);
  expect(pings.inARow).toBe(8);
  expect(pings.note(true, 1, 8)).toBe(false);
  expect([pings.note(false, 1, 9), pings.note(false, 1, 9), pings.note(false, 1, 9)]).toEqual([
    false,
    false,
    true,
  ]);
});

test.skipIf(process.platform !== 'linux')('a loop at work is told from one that rests', async () => {
  const programs = ['for (;;);', 'setInterval(() => {}, 1000)'].map((code) =>
    spawn(process.execPath, ['-e', code], { stdio: 'ignore' }),
  );
  try {
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    const before = programs.map(({ pid }) => mainThreadCpuSeconds(pid ?? 0) ?? 0);
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    const spent = programs.map(({ pid }, at) => (mainThreadCpuSeconds(pid ?? 0) ?? 0) - (before[at] ?? 0));
    expect(spent[0]).toBeGreaterThan(0.2);
    expect(spent[1]).toBeLessThan(0.2);
  } finally {
    for (const program of programs) program.kill('SIGKILL');
  }
});
