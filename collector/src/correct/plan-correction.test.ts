import { describe, expect, test } from 'vitest';
import type { UsageFact } from '../clickhouse/device-day-use.ts';
import { factText, parsedFact } from './fact-text.ts';
import {
  CorrectionRefusedError,
  chosenMarks,
  countedUse,
  planCorrection,
  planUndo,
} from './plan-correction.ts';

const ADA = Buffer.alloc(16, 1);
const BOB = Buffer.alloc(16, 2);
const fact = (changes: Partial<UsageFact> = {}): UsageFact => ({
  ...{ day: 20_000, epoch_no: 1, executable_no: 7, user: ADA, run: 1n, generation: 0, seconds: 600 },
  ...{
    launches_user: 2,
    launches_autostart: 1,
    launches_service: 0,
    launches_scheduler: 0,
    launches_unknown: 0,
  },
  ...{ foreground_seconds: -1, locked_seconds: -1, slots_0: 0b11n, slots_1: 0n, slots_2: 0n, slots_3: 0n },
  ...{ slots_4: 0n, slot_order: 1, ...changes },
});
/** What is read of the facts once the rows are beside them. */
function read(facts: readonly UsageFact[]): UsageFact[] {
  return [
    ...Map.groupBy(facts, (row) => `${row.executable_no} ${Buffer.from(row.user).toString('hex')}`).values(),
  ].flatMap((of) => of.filter((row) => row.generation === Math.max(...of.map((each) => each.generation))));
}
const bits = (marks: bigint): number => [...marks.toString(2)].filter((bit) => bit === '1').length;

describe('a correction', () => {
  test('of an application replaces every executable and run of it, and its marks', () => {
    const facts = [
      fact({ seconds: 86_400, slots_0: 2n ** 64n - 1n, slots_4: 2n ** 32n - 1n }),
      fact({ executable_no: 8, run: 2n, epoch_no: 3 }),
      fact({ executable_no: 9 }),
      fact({ executable_no: 8, user: BOB }),
    ];
    const { rows, before, after } = planCorrection(
      facts,
      new Set([7, 8]),
      { seconds: 700 },
      ADA.toString('hex'),
    );
    expect(before).toEqual({ seconds: 28_800, launches: 6, launchesByUser: 4 });
    expect(after).toEqual({ seconds: 700, launches: 6, launchesByUser: 4 });
    expect(rows).toHaveLength(2);
    expect(rows.every(({ generation, run }) => generation === 1 && run === 0n)).toBe(true);
    expect(rows.find(({ executable_no }) => executable_no === 8)).toMatchObject({
      epoch_no: 3,
      seconds: 0,
      slots_0: 0n,
    });
    const all = [...facts, ...rows];
    const adas = read(all).filter((row) => row.executable_no !== 9 && row.user.at(0) === 1);
    expect(countedUse(adas)).toEqual(after);
    // Bob's, and other applications, stay.
    expect(read(all)).toEqual(expect.arrayContaining([facts[2], facts[3]]));
  });

  test('of a second time has a generation of its own, and late values of generation 0 change nothing', () => {
    const facts = [fact()];
    const first = planCorrection(facts, new Set([7]), { seconds: 100 }, undefined);
    const second = planCorrection(
      [...facts, ...first.rows],
      new Set([7]),
      { seconds: 200, launches: 0 },
      undefined,
    );
    expect(second.rows.map(({ generation }) => generation)).toEqual([2]);
    expect(second.before).toEqual({ seconds: 100, launches: 3, launchesByUser: 2 });
    const late = fact({ run: 99n, seconds: 9_000, slots_3: 2n ** 60n - 1n });
    expect(countedUse(read([...facts, ...first.rows, ...second.rows, late]))).toEqual({
      ...{ seconds: 200, launches: 0, launchesByUser: 0 },
    });
  });

  test('that says launches only keeps seconds and marks as they are', () => {
    const facts = [fact(), fact({ run: 2n, seconds: 250, slots_0: 0b110n })];
    const { rows, after } = planCorrection(facts, new Set([7]), { launchesByUser: 9 }, undefined);
    expect(after).toEqual({ seconds: 850, launches: 9, launchesByUser: 9 });
    expect(countedUse(read([...facts, ...rows]))).toEqual(after);
    expect(rows[0]?.slots_0).toBe(0b111n);
  });

  test.each([
    [[fact({ executable_no: 1 })], {}, 'the device did not use it on that day'],
    [
      [fact(), fact({ user: BOB })],
      {},
      /more than one user used it: say --user, one of 0101.* \(600 s\), 0202/,
    ],
    [[fact()], { launches: 1, launchesByUser: 2 }, '2 launches by a person are more than all 1 launches'],
    [[fact()], { seconds: 86_401 }, 'a day has 86400 seconds'],
    [[fact({ generation: 65_535 })], {}, 'no generation is left'],
  ])('that cannot be right is refused in words', (facts, values, words) => {
    const plan = () => planCorrection(facts, new Set([7]), { seconds: 1, ...values }, undefined);
    expect(plan).toThrow(CorrectionRefusedError);
    expect(plan).toThrow(words);
  });

  test('has as many marks as its seconds need, of those that were set while there are enough', () => {
    const set = (1n << 287n) | (1n << 100n) | 1n;
    for (const seconds of [0, 1, 300, 301, 86_399, 86_400]) {
      const chosen = chosenMarks(set, seconds);
      expect(bits(chosen)).toBe(Math.ceil(seconds / 300));
      const needed = Math.ceil(seconds / 300);
      expect(bits(chosen & set)).toBe(Math.min(needed, 3));
    }
  });
});

describe('undoing', () => {
  const facts = [fact(), fact({ run: 2n, seconds: 50 }), fact({ executable_no: 8 })];
  const { rows } = planCorrection(facts, new Set([7, 8]), { seconds: 10 }, undefined);

  test('reads again what was in force before, run by run', () => {
    const undone = planUndo([...facts, ...rows], rows);
    expect(new Set(undone.map(({ generation }) => generation))).toEqual(new Set([2]));
    expect(countedUse(read([...facts, ...rows, ...undone]))).toEqual(countedUse(facts));
    expect(undone.map(({ run }) => run).sort()).toEqual([1n, 1n, 2n]);
  });

  test('takes what came since the correction with it, and can be undone itself', () => {
    const late = fact({ run: 5n, seconds: 300, slots_0: 0b1000n });
    const undone = planUndo([...facts, ...rows, late], rows);
    const all = [...facts, ...rows, late, ...undone];
    expect(countedUse(read(all))).toEqual(countedUse([...facts, late]));
    const redone = planUndo(all, undone);
    expect(countedUse(read([...all, ...redone]))).toEqual(countedUse(rows));
  });

  test('is refused while a later correction stands on it', () => {
    const later = planCorrection([...facts, ...rows], new Set([7]), { seconds: 5 }, undefined);
    expect(() => planUndo([...facts, ...rows, ...later.rows], rows)).toThrow('undo that one first');
  });
});

describe('marks that are times of the day', () => {
  const timed = { slot_order: 2 };

  test('stay times while the seconds stay, and chosen marks are none', () => {
    const facts = [fact(timed), fact({ ...timed, run: 2n, slots_0: 0b110n })];
    const launches = planCorrection(facts, new Set([7]), { launches: 9 }, undefined);
    expect(launches.rows).toMatchObject([{ slots_0: 0b111n, slot_order: 2 }]);
    const seconds = planCorrection(facts, new Set([7]), { seconds: 300 }, undefined);
    expect(seconds.rows).toMatchObject([{ slot_order: 1 }]);
  });

  test('beside others are counted for themselves, and together they are none', () => {
    const facts = [fact(timed), fact({ executable_no: 8 })];
    expect(countedUse(facts).seconds).toBe(1200);
    const { rows, after } = planCorrection(facts, new Set([7, 8]), { launches: 9 }, undefined);
    expect(after.seconds).toBe(1200);
    expect(countedUse(rows).seconds).toBe(1200);
    expect(rows.map(({ slot_order }) => slot_order).sort()).toEqual([0, 1]);
  });

  test('come back with an undo', () => {
    const facts = [fact(timed)];
    const { rows } = planCorrection(facts, new Set([7]), { seconds: 5 }, undefined);
    expect(planUndo([...facts, ...rows], rows)).toMatchObject([{ slots_0: 0b11n, slot_order: 2 }]);
  });

  test('of a correction from before they were told are in the order of the device', () => {
    const { slot_order: _, ...before } = JSON.parse(factText(fact()));
    expect(parsedFact(JSON.stringify(before)).slot_order).toBe(1);
  });
});

test('rows survive being written down', () => {
  const row = fact({ run: 2n ** 64n - 1n, slots_4: 2n ** 32n - 1n, seconds: 86_400 });
  expect(parsedFact(factText(row))).toEqual(row);
});
