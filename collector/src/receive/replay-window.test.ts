import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { Refusal } from '../validate/refusals.ts';
import { REPLAY_WINDOW_SECONDS, ReplayWindow, type ReportTime } from './replay-window.ts';

const DAY = 86_400;
const NOW = 1_800_000_000;
const DEVICE = '00000000000000aa';
const [first, second] = [randomBytes(16), randomBytes(16)];

/** What the control store knows of: epochs of which a report was processed. */
function windowOf(...processed: Uint8Array[]): ReplayWindow {
  return new ReplayWindow({ knowsEpoch: (_, epochId) => processed.some((each) => each === epochId) });
}
const at = (sequence: number, composedAt: number, epochId = first): ReportTime => ({
  epochId,
  sequence,
  composedAt,
});
/** True when it is taken. */
function send(window: ReplayWindow, report: ReportTime): boolean {
  try {
    window.check(DEVICE, report);
  } catch (error) {
    if (error instanceof Refusal && error.code === 'report-replayed') return false;
    throw error;
  }
  window.accepted(DEVICE, report);
  return true;
}

describe('kept messages', () => {
  test('an older report of the epoch is taken for two days, then refused; what is in flight always', () => {
    const window = windowOf(first);
    expect(send(window, at(1, NOW - REPLAY_WINDOW_SECONDS))).toBe(true);
    expect(send(window, at(2, NOW - REPLAY_WINDOW_SECONDS - 1))).toBe(true);
    expect(send(window, at(3, NOW))).toBe(true);
    expect(send(window, at(1, NOW - REPLAY_WINDOW_SECONDS))).toBe(true);
    expect(send(window, at(2, NOW - REPLAY_WINDOW_SECONDS - 1))).toBe(false);
    expect(send(window, at(3, NOW))).toBe(true);
  });

  test('a report of an epoch that was left, too', () => {
    const window = windowOf(first, second);
    send(window, at(9, NOW - 10 * DAY));
    expect(send(window, at(1, NOW, second))).toBe(true);
    expect(send(window, at(9, NOW - 10 * DAY))).toBe(false);
    // And it does not become the newest by being taken.
    expect(send(window, at(10, NOW - DAY))).toBe(true);
    expect(send(window, at(9, NOW - 10 * DAY))).toBe(false);
  });

  test('one device says nothing of another', () => {
    const window = windowOf(first);
    send(window, at(5, NOW));
    expect(() => window.check('00000000000000bb', at(1, 0))).not.toThrow();
  });
});

describe('honest devices are never locked out', () => {
  test('after sixty days without a network: what lies there, then what is new', () => {
    const window = windowOf(first);
    send(window, at(1, NOW - 61 * DAY));
    for (let again = 0; again < 3; again++) expect(send(window, at(2, NOW - 60 * DAY))).toBe(true);
    expect(send(window, at(3, NOW))).toBe(true);
  });

  test.each([
    ['stands in 1970', [0, 0, 0]],
    ['falls back to 1970 when its battery is empty', [NOW, 0, 3600]],
    ['is set right after years', [0, NOW, NOW + 3600]],
    ['jumps a century ahead and back', [NOW, 0xffff_ffff, NOW + 3600]],
  ])('its clock %s', (_, times) => {
    const window = windowOf(first);
    for (const [index, time] of times.entries()) {
      expect(send(window, at(index + 1, time))).toBe(true);
      // Its answer was lost.
      expect(send(window, at(index + 1, time))).toBe(true);
    }
  });

  test('a state that was put back goes on with today`s clock', () => {
    const window = windowOf(first);
    send(window, at(50, NOW));
    expect(send(window, at(20, NOW + 60))).toBe(true);
    expect(send(window, at(20, NOW - DAY))).toBe(true);
  });

  test('a state and a clock that were put back: a new epoch, and every report in it', () => {
    const processed = [first];
    const window = new ReplayWindow({
      knowsEpoch: (_, epochId) => processed.some((each) => each === epochId),
    });
    send(window, at(50, NOW));
    expect(send(window, at(20, NOW - 30 * DAY))).toBe(false);
    expect(send(window, at(1, NOW - 30 * DAY, second))).toBe(true);
    processed.push(second);
    for (let sequence = 1; sequence < 4; sequence++)
      expect(send(window, at(sequence, NOW - 30 * DAY + sequence, second))).toBe(true);
  });
});

test('what is remembered is bounded', () => {
  const window = new ReplayWindow({ knowsEpoch: () => true }, 2);
  for (const device of ['a', 'b', 'c']) window.accepted(device, at(5, NOW));
  expect(() => window.check('c', at(1, 0))).toThrow(Refusal);
  expect(() => window.check('a', at(1, 0))).not.toThrow();
});
