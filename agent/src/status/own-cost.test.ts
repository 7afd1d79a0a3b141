import { SkipReason } from '@fleetmeter/proto';
import { expect, test } from 'vitest';
import { notListed } from '../inventory/skipped-files.ts';
import type { FinderStatus } from '../watch/finder-status.ts';
import { ownCost } from './own-cost.ts';

test('what is only counted in homes is counted in reports too, one number for each reason of the wire', () => {
  const finding = {
    hashing: { filesHashed: 1, bytesHashed: 2048 },
    ...{ watches: 9, rolledUp: { files: 31_204 } },
  } as unknown as FinderStatus;
  const skipped = notListed(
    [
      { reason: 'excluded-folder', count: 2 },
      { reason: 'home-limit', count: 5 },
      { reason: 'link-out-of-roots', count: 1 },
      { reason: 'too-large', count: 1 },
    ],
    finding,
  );
  const input = { uptimeMs: 1000, finding, sentBytes: 0, skipped, clockAheadSeconds: -(2 ** 33) };
  expect(ownCost(input).clockAheadSeconds).toBe(-(2 ** 31 - 1));
  expect(ownCost(input).skipped).toEqual([
    { reason: SkipReason.SKIP_REASON_EXCLUDED_FOLDER, count: 31_212 },
    { reason: SkipReason.SKIP_REASON_TOO_LARGE, count: 1 },
  ]);
  expect(notListed([], { rolledUp: { files: 0 } })).toEqual([]);
});
