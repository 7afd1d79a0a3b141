/** Whose word counts for which process; sampler.test.ts has the look at which it was asked. */
import { expect, test } from 'vitest';
import type { FocusedProcess } from '../sessions/x11/focus.ts';
import { RecentLooks } from './recent-looks.ts';
import type { SampledProcess } from './sampled-process.ts';

const processOf = (pid: number, uid: number): SampledProcess => ({
  ...{ process: `${pid}:1`, uid, startedBootMs: 0, origin: 'user' },
  program: {
    ...{ key: 'editor', path: '/usr/bin/editor', openPath: '/proc/1/exe' },
    identity: { device: '1', inode: '2', size: 3, mtimeNs: '4', ctimeNs: '5' },
  },
});

function looksWith(...metered: SampledProcess[]): RecentLooks {
  const looks = new RecentLooks();
  looks.add({ atMs: 1_000, metered });
  return looks;
}

const told = (looks: RecentLooks, ...focused: FocusedProcess[]) => {
  const { inFront, isWhole } = looks.inFront({ focused, askedMs: 1_000, isWhole: true });
  return { inFront: [...inFront], isWhole };
};

test('a user’s display is believed about programs of that user, and of nobody else', () => {
  const looks = looksWith(processOf(7, 1000), processOf(8, 1001), processOf(9, 0));
  expect(told(looks, { pid: 7, uid: 1000 })).toEqual({ inFront: ['7:1'], isWhole: true });
  expect(looks.ofOthers).toBe(0);
  for (const pid of [8, 9])
    expect(told(looks, { pid, uid: 1000 }, { pid: 7, uid: 1000 })).toEqual({
      inFront: ['7:1'],
      isWhole: false,
    });
  expect(looks.ofOthers).toBe(2);
});

test('the administrator’s display is believed about everybody’s programs', () => {
  const looks = looksWith(processOf(7, 1000), processOf(9, 0));
  expect(told(looks, { pid: 7, uid: 0 }, { pid: 9, uid: 0 })).toEqual({
    inFront: ['7:1', '9:1'],
    isWhole: true,
  });
});

test('what nobody meters may be in front as well', () => {
  expect(told(looksWith(), { pid: 7, uid: 1000 })).toEqual({ inFront: [], isWhole: true });
});

test('only so many looks are remembered', () => {
  const looks = looksWith(processOf(7, 1000));
  const focus = { focused: [{ pid: 7, uid: 1000 }], askedMs: 1_000, isWhole: true };
  for (let second = 2; second <= 30; second++) {
    looks.add({ atMs: second * 1_000, metered: [] });
    if (second === 10) expect([...looks.inFront(focus).inFront]).toEqual(['7:1']);
  }
  expect(looks.inFront(focus)).toMatchObject({ inFront: new Set(), isWhole: false });
});
