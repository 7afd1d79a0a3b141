import { expect, test } from 'vitest';
import { beginPace, freeAtUs, HashPace, MOST_SAVED_US, type PaceRates } from './hash-pace.ts';

const SECOND = 1_000_000n;
const START = 1000n * SECOND;

/** Reads chunks and waits as it is told, on a clock of its own. `cpuUsPerChunk`: what a chunk costs. */
function run(rates: PaceRates, chunks: number, chunkBytes: number, cpuUsPerChunk: number, threads = 1) {
  const buffer = beginPace(START, 7n * SECOND);
  const paces = Array.from({ length: threads }, () => new HashPace(buffer, rates));
  const readyAtUs = paces.map(() => START);
  let cpuUs = 7n * SECOND;
  for (let chunk = 0; chunk < chunks; chunk++) {
    const next = readyAtUs
      .map(Number)
      .reduce((least, us, thread, all) => (us < Number(all[least]) ? thread : least), 0);
    const nowUs = (readyAtUs[next] as bigint) + BigInt(cpuUsPerChunk);
    cpuUs += BigInt(cpuUsPerChunk);
    const waitMs = (paces[next] as HashPace).delayAfter(chunkBytes, nowUs, cpuUs);
    readyAtUs[next] = nowUs + BigInt(Math.ceil(waitMs * 1000));
  }
  const seconds = (Math.max(...readyAtUs.map(Number)) - Number(START)) / 1e6;
  return { bytesPerSecond: (chunks * chunkBytes) / seconds, share: (chunks * cpuUsPerChunk) / 1e6 / seconds };
}

test.each([1, 2, 4])('%i threads together keep to the bytes per second', (threads) => {
  const rates = { bytesPerSecond: 10e6, cpuShare: Number.POSITIVE_INFINITY };
  const { bytesPerSecond } = run(rates, 1000, 262_144, 200, threads);
  expect(bytesPerSecond).toBeLessThanOrEqual(10e6);
  expect(bytesPerSecond).toBeGreaterThan(9.9e6);
});

test.each([1, 2, 4])('%i threads together keep to the share of a core', (threads) => {
  const rates = { bytesPerSecond: Number.POSITIVE_INFINITY, cpuShare: 0.1 };
  const { share } = run(rates, 1000, 1000, 3000, threads);
  expect(share).toBeLessThanOrEqual(0.1);
  expect(share).toBeGreaterThan(0.099);
});

test('the stricter of the two counts', () => {
  expect(run({ bytesPerSecond: 10e6, cpuShare: 0.1 }, 500, 262_144, 10_000).share).toBeLessThanOrEqual(0.1);
  const { bytesPerSecond, share } = run({ bytesPerSecond: 10e6, cpuShare: 0.1 }, 500, 262_144, 200);
  expect(bytesPerSecond).toBeLessThanOrEqual(10e6);
  expect(share).toBeLessThan(0.01);
});

test('without limits nobody waits', () => {
  const pace = new HashPace(beginPace(START, 0n), {
    bytesPerSecond: Number.POSITIVE_INFINITY,
    cpuShare: Number.POSITIVE_INFINITY,
  });
  expect(pace.delayAfter(1e12, START, 1000n * SECOND)).toBe(0);
});

test('idle time is saved up for some seconds and no more', () => {
  const pace = new HashPace(beginPace(START, 0n), {
    bytesPerSecond: 1e6,
    cpuShare: Number.POSITIVE_INFINITY,
  });
  const later = START + 86_400n * SECOND;
  pace.delayAfter(0, later, 0n);
  expect(pace.delayAfter(MOST_SAVED_US, later, 0n)).toBe(0);
  expect(pace.delayAfter(1e6, later, 0n)).toBe(1000);
});

test('what the process used slowly in a quiet day is no debt', () => {
  const pace = new HashPace(beginPace(START, 0n), { bytesPerSecond: 1e6, cpuShare: 0.1 });
  // A day at one percent.
  expect(pace.delayAfter(0, START + 86_400n * SECOND, 864n * SECOND)).toBe(0);
  expect(freeAtUs(START, 8640n * SECOND, START + 86_400n * SECOND)).toBe(
    START + 86_400n * SECOND - BigInt(MOST_SAVED_US),
  );
});

test('CPU is charged once, whoever of the threads comes first', () => {
  const buffer = beginPace(START, 0n);
  const rates = { bytesPerSecond: Number.POSITIVE_INFINITY, cpuShare: 0.5 };
  const [one, other] = [new HashPace(buffer, rates), new HashPace(buffer, rates)];
  expect(one.delayAfter(0, START, SECOND)).toBe(2000);
  expect(other.delayAfter(0, START, SECOND)).toBe(2000);
});
