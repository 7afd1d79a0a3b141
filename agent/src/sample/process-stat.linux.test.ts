import { expect, test } from 'vitest';
import { parseProcessStat } from './process-stat.linux.ts';

const tail =
  'S 1 42 42 34816 42 4194560 100 0 0 0 1 2 0 0 20 0 7 0 328223 1373 11117 184 7626752 52430497 140733 0 0';

test('reads what metering needs, whatever the name holds', () => {
  expect(parseProcessStat(`42 (a) (b c) ${tail}`)).toEqual({
    pid: 42,
    name: 'a) (b c',
    state: 'S',
    parent: 1,
    tty: 34816,
    kernelThread: false,
    startTicks: 328_223,
    image: 'a) (b c 7626752 140733',
  });
});

test('tells kernel threads', () => {
  expect(parseProcessStat(`2 (kthreadd) ${tail.replace('4194560', '2129984')}`)?.kernelThread).toBe(true);
});

test.each(['', '42', '42 (x', '42 (x) S 1'])('%j is not such a line', (line) => {
  expect(parseProcessStat(line)).toBeUndefined();
});
