import { expect, test } from 'vitest';
import { HashQueue, type WaitingFile } from './hash-queue.ts';

const SMALL = 100_000;
const LARGE = 2_000_000;
const OPEN = { atRest: false, onlySmall: false };

function file(path: string, more: Partial<WaitingFile> = {}): WaitingFile {
  const answer = (): void => undefined;
  const usual = { followLink: false, alsoAtRest: false, urgent: false, puttingOff: false };
  return { path, ...usual, bytes: SMALL, answer, ...more };
}
const paths = (files: readonly WaitingFile[]): string => files.map(({ path }) => path).join(' ');

function queueOf(...files: WaitingFile[]): HashQueue {
  const queue = new HashQueue();
  for (const each of files) queue.push(each);
  return queue;
}

test('those that do not wait for the end of a rest can be taken out; the others stay in their order', () => {
  const queue = queueOf(
    file('a', { puttingOff: true }),
    file('b'),
    file('c', { puttingOff: true, urgent: true }),
    file('d'),
  );
  expect(paths(queue.takePuttingOff())).toBe('c a');
  expect([queue.size, queue.bytes]).toEqual([2, 2 * SMALL]);
  expect(paths(queue.take(OPEN))).toBe('b d');
});

test('small files go together, up to eight and a mebibyte; large and unknown ones alone', () => {
  const many = queueOf(...Array.from({ length: 10 }, (_, index) => file(`${index}`)));
  expect(paths(many.take(OPEN))).toBe('0 1 2 3 4 5 6 7');
  expect(paths(many.take(OPEN))).toBe('8 9');
  const big = queueOf(...['a', 'b', 'c'].map((path) => file(path, { bytes: 500_000 })));
  expect(paths(big.take(OPEN))).toBe('a b');
  const mixed = queueOf(file('a'), file('large', { bytes: LARGE }), file('unknown', { bytes: undefined }));
  expect([mixed.take(OPEN), mixed.take(OPEN), mixed.take(OPEN)].map(paths)).toEqual([
    'a',
    'large',
    'unknown',
  ]);
});

test('kinds do not mix: what runs first, then what is urgent; at rest only what runs', () => {
  const files = [file('a'), file('urgent', { urgent: true }), file('runs', { alsoAtRest: true })];
  const queue = queueOf(...files);
  expect([queue.take(OPEN), queue.take(OPEN), queue.take(OPEN)].map(paths)).toEqual(['runs', 'urgent', 'a']);
  const resting = queueOf(...files);
  expect(paths(resting.take({ ...OPEN, atRest: true }))).toBe('runs');
  expect(resting.take({ ...OPEN, atRest: true })).toEqual([]);
  expect(resting.size).toBe(2);
});

test('behind others only small ones are handed over, and none past a large one that comes first', () => {
  const queue = queueOf(file('large', { bytes: LARGE }), file('a'));
  expect(queue.take({ atRest: false, onlySmall: true })).toEqual([]);
  expect(paths(queue.take(OPEN))).toBe('large');
  expect(paths(queue.take({ atRest: false, onlySmall: true }))).toBe('a');
});

test('what is put back comes first, in its order, and alone when one of it may have ended a thread', () => {
  const queue = queueOf(...['a', 'b', 'c', 'd'].map((path) => file(path)));
  const taken = queue.take(OPEN);
  queue.push(file('e'));
  queue.putBack(taken.slice(2));
  queue.putBackAlone(taken.slice(0, 2));
  expect([queue.take(OPEN), queue.take(OPEN), queue.take(OPEN)].map(paths)).toEqual(['a', 'b', 'c d e']);
});
