/** Time in front and behind a lock, and what may be told of it. */
import { describe, expect, test } from 'vitest';
import { DAY_MS, type Instant } from '../clock/clock.ts';
import type { Attention } from './attention.ts';
import { isKnownAtClose } from './attention-sum.ts';
import { type ObservedProcess, UsageMeter } from './usage-meter.ts';

const NOON = 20_000 * DAY_MS + DAY_MS / 2;
const NAMES: Record<string, string> = { editor: '00000000000000e1', player: '00000000000000b2' };

function meterWith(
  nameProgram: (program: string) => string | null | undefined = (name) => NAMES[name] ?? null,
) {
  let run = 0;
  return new UsageMeter({
    ...{ bootId: 'boot', sampleIntervalMs: 5_000, nameProgram },
    newRun: () => `${++run}`.padStart(16, '0'),
  });
}

function at(seconds: number, wall = NOON): Instant {
  return { wallMs: wall + seconds * 1000, monotonicMs: 1e6 + seconds * 1000, bootMs: 1e6 + seconds * 1000 };
}

function process(pid: number, program: string, user = 'u1'): ObservedProcess {
  return { process: `${pid}:1`, program, user, startedBootMs: 0, origin: 'user' };
}

const EDITOR = process(7, 'editor');
const PLAYER = process(8, 'player');
const BOTH = [EDITOR, PLAYER];
const inFront = (...pids: number[]): Attention => ({
  inFront: new Set(pids.map((pid) => `${pid}:1`)),
  // At the last look, whenever that was.
  askedMs: Number.POSITIVE_INFINITY,
  ...{ isWhole: true, lockedUsers: new Set<string>() },
});

function told(meter: UsageMeter, program: string) {
  const rows = meter.flush()?.usage.filter(({ executableId }) => executableId === NAMES[program]) ?? [];
  return rows.map(({ seconds, attention }) => ({ seconds, ...attention }));
}

describe('in front', () => {
  test('a program counts for each interval that began with one of its processes in front', () => {
    const meter = meterWith();
    for (let second = 0; second <= 60; second += 5)
      meter.observe(at(second), BOTH, true, true, inFront(second > 20 ? 8 : 7));
    expect(told(meter, 'editor')).toEqual([
      { seconds: 60, frontSeconds: 20, frontUnknownSeconds: 0, lockedSeconds: 0 },
    ]);
    expect(told(meter, 'player')[0]?.frontSeconds).toBe(40);
  });

  test('a program that never was has no such time, which is not zero', () => {
    const meter = meterWith();
    for (let second = 0; second <= 60; second += 5) meter.observe(at(second), BOTH, true, true, inFront(7));
    expect(told(meter, 'player')[0]?.frontSeconds).toBe(undefined);
  });

  test('two windows of one program do not make two hours of one, and two programs of one process are both in front', () => {
    const meter = meterWith();
    const script = { ...process(7, 'player'), process: '7:1:script' };
    const all = [EDITOR, process(9, 'editor'), script];
    const front = { ...inFront(7, 9), inFront: new Set(['7:1', '9:1', '7:1:script']) };
    for (let second = 0; second <= 30; second += 5) meter.observe(at(second), all, true, true, front);
    expect(told(meter, 'editor')[0]).toMatchObject({ seconds: 30, frontSeconds: 30 });
    expect(told(meter, 'player')[0]).toMatchObject({ seconds: 30, frontSeconds: 30 });
  });

  test('before its program has a name the time waits, and is then its own', () => {
    let name: string | undefined;
    const meter = meterWith((program) => (program === 'editor' ? name : NAMES[program]));
    for (let second = 0; second <= 30; second += 5) {
      if (second === 20) name = NAMES.editor;
      meter.observe(at(second), [EDITOR], true, true, inFront(7));
    }
    expect(told(meter, 'editor')[0]).toMatchObject({ seconds: 30, frontSeconds: 30 });
  });

  test('who ended meanwhile was, for as much of the interval as counts', () => {
    const meter = meterWith();
    meter.observe(at(0), BOTH, true, true, inFront());
    meter.observe(at(10), [PLAYER], true, true, inFront(7));
    expect(told(meter, 'editor')).toEqual([
      { seconds: 5, frontSeconds: 5, frontUnknownSeconds: 0, lockedSeconds: 0 },
    ]);
  });

  test('what a process runs now was not, when it ran something else at the question', () => {
    const meter = meterWith();
    meter.observe(at(0), [EDITOR], true, true, inFront());
    meter.observe(at(10), [{ ...EDITOR, program: 'player' }], true, true, inFront(7));
    expect(told(meter, 'editor')[0]).toMatchObject({ seconds: 5, frontSeconds: 5 });
    expect(told(meter, 'player')[0]).toMatchObject({ frontSeconds: undefined, frontUnknownSeconds: 10 });
  });

  test('at midnight each day gets its own', () => {
    const meter = meterWith();
    const midnight = NOON + DAY_MS / 2;
    for (let second = -30; second <= 20; second += 5)
      meter.observe(at(second, midnight), [EDITOR], true, true, inFront(7));
    expect(told(meter, 'editor').map(({ frontSeconds }) => frontSeconds)).toEqual([30, 20]);
  });
});

describe('not known is', () => {
  const frontAfter = (steps: (meter: UsageMeter) => void) => {
    const meter = meterWith();
    meter.observe(at(0), [EDITOR], true, true, inFront(7));
    meter.observe(at(10), [EDITOR], true, true, inFront(7));
    steps(meter);
    return told(meter, 'editor').at(-1);
  };

  test('who else is in front while a desktop cannot be asked, and not who is', () => {
    const meter = meterWith();
    for (let second = 0; second <= 20; second += 5)
      meter.observe(at(second), BOTH, true, true, { ...inFront(7), isWhole: false });
    expect(told(meter, 'editor')[0]).toMatchObject({ frontSeconds: 20, frontUnknownSeconds: 0 });
    expect(told(meter, 'player')[0]).toMatchObject({ frontSeconds: undefined, frontUnknownSeconds: 20 });
  });

  test('what began after the question, until the next one, and not what went on', () => {
    const meter = meterWith();
    meter.observe(at(0), [EDITOR], true, true, inFront());
    const began = { ...PLAYER, startedBootMs: at(3).bootMs };
    for (let second = 10; second <= 30; second += 10)
      meter.observe(at(second), [EDITOR, began], true, true, inFront(7));
    expect(told(meter, 'player')[0]).toMatchObject({
      seconds: 27,
      frontSeconds: undefined,
      frontUnknownSeconds: 7,
    });
    expect(told(meter, 'editor')[0]).toMatchObject({ frontSeconds: 30, frontUnknownSeconds: 0 });
  });

  test('who else was in front when an interval began whose question is still out', () => {
    const meter = meterWith();
    for (let second = 0; second <= 10; second += 5)
      meter.observe(at(second), BOTH, true, true, { ...inFront(7), askedMs: at(0).monotonicMs });
    expect(told(meter, 'editor')[0]).toMatchObject({ frontSeconds: 10, frontUnknownSeconds: 0 });
    expect(told(meter, 'player')[0]).toMatchObject({ frontSeconds: undefined, frontUnknownSeconds: 5 });
  });

  test('an interval in which a look failed', () => {
    const row = frontAfter((meter) => {
      meter.missed();
      meter.observe(at(15), [EDITOR], true, true, inFront(7));
    });
    expect(row).toMatchObject({ seconds: 15, frontSeconds: 10, frontUnknownSeconds: 5 });
  });

  test('an interval that was too long to be observed', () => {
    const row = frontAfter((meter) => meter.observe(at(310), [EDITOR], true, true, inFront(7)));
    expect(row).toMatchObject({ seconds: 310, frontSeconds: 10, frontUnknownSeconds: 300 });
  });

  test('all of it where nothing is asked', () => {
    const meter = meterWith();
    for (let second = 0; second <= 20; second += 5) meter.observe(at(second), [EDITOR]);
    expect(told(meter, 'editor')).toEqual([
      { seconds: 20, frontSeconds: undefined, frontUnknownSeconds: 20, lockedSeconds: undefined },
    ]);
  });

  test('what an earlier agent left to be counted', () => {
    const meter = meterWith();
    meter.observe(at(0), [EDITOR], true, true, inFront(7));
    const flush = meter.flush();
    if (!flush) throw new Error('nothing was observed');
    const next = new UsageMeter({
      ...{ bootId: 'boot', sampleIntervalMs: 5_000, nameProgram: (name: string) => NAMES[name] ?? null },
      ...{ newRun: () => 'f'.repeat(16), resume: flush },
    });
    next.observe(at(100), [EDITOR], true, true, inFront(7));
    next.observe(at(105), [EDITOR], true, true, inFront(7));
    expect(told(next, 'editor')[0]).toMatchObject({
      seconds: 105,
      frontSeconds: 5,
      frontUnknownSeconds: 100,
    });
  });
});

describe('locked', () => {
  test('time counts behind the lock of its user, and nothing is in front there', () => {
    const meter = meterWith();
    const others = process(9, 'editor', 'u2');
    const locked = { ...inFront(7), lockedUsers: new Set(['u1']) };
    for (let second = 0; second <= 20; second += 5)
      meter.observe(at(second), [EDITOR, others], true, true, locked);
    expect(told(meter, 'editor')).toEqual([
      { seconds: 20, frontSeconds: undefined, frontUnknownSeconds: 0, lockedSeconds: 20 },
      { seconds: 20, frontSeconds: undefined, frontUnknownSeconds: 0, lockedSeconds: 0 },
    ]);
  });

  test('it is not known when it was not for more than a tenth', () => {
    const lockedAfter = (unknownLooks: number): number | undefined => {
      const meter = meterWith();
      meter.observe(at(0), [EDITOR], true, true, inFront());
      for (let look = 1; look <= 20; look++)
        meter.observe(at(look * 5), [EDITOR], true, true, {
          ...inFront(),
          lockedUsers: look <= unknownLooks ? undefined : new Set(['u1']),
        });
      return told(meter, 'editor')[0]?.lockedSeconds;
    };
    expect(lockedAfter(2)).toBe(90);
    expect(lockedAfter(3)).toBe(undefined);
  });
});

test.each([
  [{ frontSeconds: 0, frontUnknownSeconds: 299 }, true],
  [{ frontSeconds: 10, frontUnknownSeconds: 289 }, true],
  [{ frontSeconds: 10, frontUnknownSeconds: 290 }, false],
  [{ frontSeconds: 299, frontUnknownSeconds: 1 }, false],
  [{ frontSeconds: 299, frontUnknownSeconds: 0 }, true],
  [{ frontSeconds: 300, frontUnknownSeconds: 80_000 }, true],
])('of a day that is over with %o it may be told: %s', (day, expected) => {
  expect(isKnownAtClose(day)).toBe(expected);
});
