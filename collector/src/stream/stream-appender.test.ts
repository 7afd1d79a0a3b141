import { expect, test } from 'vitest';
import type { NewStreamRecord } from './stream.ts';
import { APPEND_QUEUE_LIMITS, StreamAppender } from './stream-appender.ts';

const KIB = 1024;
const record = (deviceId: string, bytes: number): NewStreamRecord => ({
  ...{ kind: 'report', deviceId, receivedAt: 1 },
  envelope: new Uint8Array(bytes),
});

/** Holds each commit until it is told, and says what went into it: devices and bytes. */
function slowDisk() {
  const commits: [string, number][][] = [];
  const waiting: (() => void)[] = [];
  let next = 1;
  const appender = new StreamAppender({
    ...APPEND_QUEUE_LIMITS,
    commit: async ({ entries }) => {
      commits.push(entries.map(({ deviceId, length }) => [deviceId, length]));
      await new Promise<void>((resolve) => waiting.push(resolve));
      const first = next;
      next += entries.length;
      return { first };
    },
  });
  const commitAll = async () => {
    for (let idle = 0; idle < 5; idle++) {
      if (waiting.length > 0) idle = 0;
      waiting.shift()?.();
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  return { appender, commits, commitAll };
}

test('what is small goes before large records that wait, and these go on beside it', async () => {
  const { appender, commits, commitAll } = slowDisk();
  const appended = [appender.append(record('first', 100))];
  for (let large = 0; large < 20; large++) appended.push(appender.append(record(`large ${large}`, 64 * KIB)));
  appended.push(appender.append(record('live', 100)));
  await commitAll();
  await Promise.all(appended);
  expect(commits[0]).toEqual([['first', 100]]);
  expect(commits[1]).toEqual([
    ['large 0', 64 * KIB],
    ['large 1', 64 * KIB],
    ['live', 100],
  ]);
  // Nobody small waits any more: a commit of the largest size, and the rest.
  expect(commits.slice(2).map((batch) => batch.length)).toEqual([16, 2]);
});

test('records of one device stay in their order, whatever their size', async () => {
  const { appender, commits, commitAll } = slowDisk();
  const appended = [appender.append(record('first', 100))];
  for (let large = 0; large < 4; large++) appended.push(appender.append(record('same', 100 * KIB)));
  appended.push(appender.append(record('same', 50)), appender.append(record('live', 60)));
  await commitAll();
  const offsets = await Promise.all(appended);
  const ofSame = offsets.slice(1, 6);
  expect(ofSame).toEqual(ofSame.toSorted((a, b) => a - b));
  expect(commits[1]?.map(([device]) => device)).toEqual(['same', 'live']);
});

test('a record larger than any commit is committed by itself', async () => {
  const { appender, commits, commitAll } = slowDisk();
  const appended = ['a', 'b', 'c'].map((device) => appender.append(record(device, 3 * 1024 * KIB)));
  await commitAll();
  expect(await Promise.all(appended)).toEqual([1, 2, 3]);
  expect(commits.map((batch) => batch.length)).toEqual([1, 1, 1]);
});
