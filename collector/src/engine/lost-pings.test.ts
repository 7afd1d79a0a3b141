import { spawn } from 'node:child_process';
import { expect, test } from 'vitest';
import { LostPings } from './lost-pings.ts';
import { mainThreadAccount } from './process-accounting.ts';

const at = (cpuSeconds: number, stopped = false) => ({ cpuSeconds, stopped });

test('an engine that rests and does not answer is ended after the third ping', () => {
  const pings = new LostPings();
  const ends = [true, false, false, false].map((answered) => pings.note(answered, 1, at(10)));
  expect(ends).toEqual([false, false, false, true]);
});

test('one that somebody stopped is ended after the first, whatever it did before', () => {
  const pings = new LostPings();
  // The answer may come just before the stop.
  expect(pings.note(true, 1, at(10, true))).toBe(false);
  expect(pings.note(false, 1, at(11, true))).toBe(true);
});

test('one whose event loop works has a minute', () => {
  const pings = new LostPings();
  const ends = Array.from({ length: 31 }, (_, beat) => pings.note(beat === 0, 1, at(10 + beat)));
  expect(ends.lastIndexOf(false)).toBe(29);
  expect(ends[30]).toBe(true);
});

test('an answer between them begins anew, and so does work that ends', () => {
  const pings = new LostPings();
  for (let beat = 0; beat < 8; beat++) pings.note(false, 1, at(beat));
  expect(pings.inARow).toBe(8);
  expect(pings.note(true, 1, at(8))).toBe(false);
  expect([9, 9, 9].map((seconds) => pings.note(false, 1, at(seconds)))).toEqual([false, false, true]);
});

test('where the system accounts for no processes, three', () => {
  const pings = new LostPings();
  expect([1, 2, 3].map((pid) => pings.note(false, -pid, undefined))).toEqual([false, false, true]);
});

test.skipIf(process.platform !== 'linux')(
  'a loop at work is told from one that rests, and from one that is stopped',
  async () => {
    const programs = ['for (;;);', 'setInterval(() => {}, 1000)'].map((code) =>
      spawn(process.execPath, ['-e', code], { stdio: 'ignore' }),
    );
    try {
      await new Promise((resolve) => setTimeout(resolve, 1_500));
      const before = programs.map(({ pid }) => mainThreadAccount(pid ?? 0)?.cpuSeconds ?? 0);
      await new Promise((resolve) => setTimeout(resolve, 1_500));
      const spent = programs.map(
        ({ pid }, index) => (mainThreadAccount(pid ?? 0)?.cpuSeconds ?? 0) - (before[index] ?? 0),
      );
      expect(spent[0]).toBeGreaterThan(0.2);
      expect(spent[1]).toBeLessThan(0.1);
      const stopped = () => programs.map(({ pid }) => mainThreadAccount(pid ?? 0)?.stopped);
      expect(stopped()).toEqual([false, false]);
      for (const program of programs) program.kill('SIGSTOP');
      await expect.poll(stopped).toEqual([true, true]);
    } finally {
      for (const program of programs) program.kill('SIGKILL');
    }
  },
);
