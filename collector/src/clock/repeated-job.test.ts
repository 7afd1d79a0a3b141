import { expect, test } from 'vitest';
import { startRepeatedJob } from './repeated-job.ts';

test('steps follow each other, a failed one too, until closed', async () => {
  let steps = 0;
  const failures: unknown[] = [];
  const reached = Promise.withResolvers<void>();
  const job = startRepeatedJob({
    async step() {
      steps++;
      if (steps === 2) throw new Error('not now');
      if (steps === 4) reached.resolve();
      return 0;
    },
    onFailure: (error) => failures.push(String(error)),
    retryMs: 1,
  });
  await reached.promise;
  await job.close();
  const { length } = failures;
  const after = steps;
  await new Promise((resolve) => setTimeout(resolve, 10));
  expect([length, steps]).toEqual([1, after]);
});

test('closing waits for the step in hand, and not for the rest after it', async () => {
  const begun = Promise.withResolvers<void>();
  const end = Promise.withResolvers<void>();
  let ended = false;
  const job = startRepeatedJob({
    async step() {
      begun.resolve();
      await end.promise;
      ended = true;
      return 3_600_000;
    },
    onFailure: () => undefined,
    retryMs: 1,
  });
  await begun.promise;
  const closed = job.close();
  end.resolve();
  await closed;
  expect(ended).toBe(true);
});
