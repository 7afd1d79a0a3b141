import { expect, test } from 'vitest';
import { EnrolmentGroup } from './enrolment-group.ts';

const settled = async <T>(works: readonly (() => T)[]): Promise<PromiseSettledResult<T>[]> =>
  works.map((work) => {
    try {
      return { status: 'fulfilled', value: work() };
    } catch (reason) {
      return { status: 'rejected', reason };
    }
  });

test('what arrives together is committed together, and each gets its own answer', async () => {
  const commits: number[] = [];
  const group = new EnrolmentGroup<number>((works) => {
    commits.push(works.length);
    return settled(works);
  });
  const refuses = (): number => {
    throw new Error('no');
  };
  const answers = await Promise.allSettled([group.run(() => 1), group.run(refuses), group.run(() => 3)]);
  expect(answers.map((each) => (each.status === 'fulfilled' ? each.value : 'refused'))).toEqual([
    1,
    'refused',
    3,
  ]);
  expect(commits).toEqual([3]);
  await group.run(() => 4);
  expect(commits).toEqual([3, 1]);
});

test('nobody is answered before the commit, and all are told when it fails', async () => {
  const order: string[] = [];
  const group = new EnrolmentGroup<void>(async (works) => {
    const outcomes = await settled(works);
    await new Promise((resolve) => setTimeout(resolve, 5));
    order.push('committed');
    return outcomes;
  });
  await Promise.all(
    [0, 1].map(() => group.run(() => void order.push('ran')).then(() => order.push('answered'))),
  );
  expect(order).toEqual(['ran', 'ran', 'committed', 'answered', 'answered']);

  const failing = new EnrolmentGroup<number>(() => Promise.reject(new Error('disk full')));
  const failed = await Promise.allSettled([failing.run(() => 1), failing.run(() => 2)]);
  expect(failed.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
});

test('a flood is committed in groups of a bounded size', async () => {
  const commits: number[] = [];
  const group = new EnrolmentGroup<number>((works) => {
    commits.push(works.length);
    return settled(works);
  });
  const answers = await Promise.all(Array.from({ length: 600 }, (_, number) => group.run(() => number)));
  expect(answers).toEqual(Array.from({ length: 600 }, (_, number) => number));
  expect(Math.max(...commits)).toBeLessThanOrEqual(32);
});

test('what arrives while a commit waits for the disk goes into the next, together', async () => {
  const commits: number[] = [];
  let onDisk = Promise.withResolvers<void>();
  const group = new EnrolmentGroup<number>(async (works) => {
    commits.push(works.length);
    const outcomes = await settled(works);
    await onDisk.promise;
    return outcomes;
  });
  const first = group.run(() => 1);
  await expect.poll(() => commits).toEqual([1]);
  const later = [group.run(() => 2), group.run(() => 3)];
  await new Promise((resolve) => setImmediate(resolve));
  expect(commits).toEqual([1]);
  onDisk.resolve();
  expect(await first).toBe(1);
  onDisk = Promise.withResolvers();
  onDisk.resolve();
  expect(await Promise.all(later)).toEqual([2, 3]);
  expect(commits).toEqual([1, 2]);
});
