import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fittingUsage } from '../delta/compose-usage.ts';
import type { UsageDigest } from '../delta/usage-digest.ts';
import { countSlots, noSlots, setSlot } from '../usage/slots.ts';
import { type AgentStore, agentStore } from './agent-store.ts';
import { openTransientState } from './state-database.ts';
import { tidyStore } from './upkeep.ts';
import type { DueDigest } from './usage-digest-table.ts';
import type { DueCoverage, DueUsage } from './usage-table.ts';

const TODAY = 20_000;
const RUN = '0000000000000001';

function opened(): AgentStore {
  const store = agentStore(openTransientState());
  store.outbox.openEpoch(new Uint8Array(16).fill(1), undefined);
  return store;
}

function use(store: AgentStore, day: number, executable: number, seconds: number, run = RUN): void {
  const slots = noSlots();
  for (let slot = 0; slot <= seconds / 300; slot++) setSlot(slots, slot);
  const executableId = executable.toString(16).padStart(16, '0');
  const launches = { user: seconds, autostart: 1, service: 0, scheduler: 0, unknown: 0 };
  store.usage.flush({
    usage: [{ day, run, executableId, user: 'ab'.repeat(8), seconds, launches, slots }],
    coverage: [{ day, run, seconds: seconds + 10, unobservedSeconds: 0, interactiveSeconds: undefined }],
    live: [],
    mark: { bootId: 'boot', monotonicMs: 1, bootMs: 1, isResumable: true },
  });
}

interface Composed {
  records: DueUsage[];
  coverage: DueCoverage[];
  digests: DueDigest[];
}

function compose(store: AgentStore, most = 100, baseline = false): Composed {
  if (baseline) store.digests.wantAll();
  const report = fittingUsage(store.usage.dueUsage(most), store.usage.dueCoverage(most), (rows) =>
    store.digests.due(TODAY, rows, most),
  );
  const sequence = (store.outbox.epoch()?.sequence ?? 0) + 1;
  store.outbox.put({
    ...{ sequence, envelope: new Uint8Array(1), hash: new Uint8Array(16), baseline },
    ...{ touch: 0, digest: { count: 0, sum: 0n }, hostHash: '' },
    ...{ usage: report.records, coverage: report.coverage, digests: report.digests },
  });
  return report;
}

function report(store: AgentStore, most?: number, baseline?: boolean): UsageDigest[] {
  const { digests } = compose(store, most, baseline);
  store.outbox.acknowledge();
  return digests.map(({ changed: _, ...digest }) => digest);
}

const sums = { records: 1, launches: 601, marks: 3, seconds: 600, coverageSeconds: 610 };

test('a day has a digest once it is over, once', () => {
  const store = opened();
  use(store, TODAY - 1, 1, 600);
  use(store, TODAY, 2, 600);
  expect(report(store)).toEqual([{ day: TODAY - 1, run: RUN, ...sums }]);
  expect(report(store)).toEqual([]);
});

test('a row that changes later makes the digest due again, and a program identified late adds one', () => {
  const store = opened();
  use(store, TODAY - 1, 1, 600);
  report(store);
  use(store, TODAY - 1, 2, 300);
  expect(report(store)).toMatchObject([{ records: 2, seconds: 900, marks: 5, launches: 902 }]);
  expect(report(store)).toEqual([]);
});

test('a digest waits for the last of its rows, and goes with it', () => {
  const store = opened();
  for (const each of [1, 2, 3]) use(store, TODAY - 1, each, 600);
  expect([report(store, 2), report(store, 2), report(store, 2)]).toMatchObject([[], [{ records: 3 }], []]);
});

test('a baseline brings all digests again, as many as fit, and the rest with the next reports', () => {
  const store = opened();
  for (const each of [1, 2, 3]) use(store, TODAY - each, each, 600);
  expect(report(store)).toHaveLength(3);
  expect([report(store, 2, true), report(store, 2), report(store, 2)].map(({ length }) => length)).toEqual([
    2, 1, 0,
  ]);
});

test('a report that is lost or dropped acknowledges no digest', () => {
  const store = opened();
  use(store, TODAY - 1, 1, 600);
  compose(store);
  store.outbox.drop();
  expect(report(store)).toHaveLength(1);
});

test('digests of days that are sent again are sent again, also those that only a later report said', () => {
  const store = opened();
  use(store, TODAY - 1, 1, 600);
  use(store, TODAY - 2, 1, 600);
  report(store);
  store.usage.unacknowledge({ days: [TODAY - 1] });
  expect(report(store)).toMatchObject([{ day: TODAY - 1 }]);
  store.usage.unacknowledge({ afterSequence: 1 });
  expect(report(store)).toMatchObject([{ day: TODAY - 1 }]);
  store.usage.unacknowledge({ afterSequence: 3 });
  expect(report(store)).toEqual([]);
});

test('digests end with their rows', () => {
  const store = opened();
  use(store, TODAY - 1, 1, 600);
  report(store);
  tidyStore(store, TODAY);
  tidyStore(store, TODAY + 36);
  store.digests.wantAll();
  expect(store.digests.due(TODAY + 36, [], 100)).toEqual([]);
});

/** What a collector without faults has after each report: never less than a digest in it says. */
class Merged {
  readonly rows = new Map<string, { seconds: number; launches: number; slots: Uint8Array }>();
  readonly coverage = new Map<string, number>();

  apply({ records, coverage }: Composed): void {
    for (const row of records) {
      const key = `${row.day} ${row.run} ${row.executableId}`;
      const merged = this.rows.get(key) ?? { seconds: 0, launches: 0, slots: noSlots() };
      merged.seconds = Math.max(merged.seconds, row.seconds);
      merged.launches = Math.max(merged.launches, row.launches.user + row.launches.autostart);
      // Only the marks that are new travel.
      row.slots.forEach((bits, at) => {
        merged.slots[at] = (merged.slots[at] as number) | (bits & ~(row.acknowledgedSlots[at] as number));
      });
      this.rows.set(key, merged);
    }
    for (const { day, run, seconds } of coverage)
      this.coverage.set(`${day} ${run}`, Math.max(seconds, this.coverage.get(`${day} ${run}`) ?? 0));
  }

  lacks(digest: UsageDigest): boolean {
    const rows = [...this.rows].filter(([key]) => key.startsWith(`${digest.day} ${digest.run} `));
    const sum = (of: (row: { seconds: number; launches: number; slots: Uint8Array }) => number): number =>
      rows.reduce((total, [, row]) => total + of(row), 0);
    return (
      rows.length < digest.records ||
      sum(({ seconds }) => seconds) < digest.seconds ||
      sum(({ launches }) => launches) < digest.launches ||
      sum(({ slots }) => countSlots(slots)) < digest.marks ||
      (this.coverage.get(`${digest.day} ${digest.run}`) ?? 0) < digest.coverageSeconds
    );
  }
}

const FULL = process.env.FLEETMETER_TEST_FULL === '1';

test('no digest ever says more than was sent up to it, whatever is refused, sent again or restarted', () => {
  const step = fc.oneof(
    { weight: 5, arbitrary: fc.record({ kind: fc.constant('use' as const), n: fc.nat({ max: 11 }) }) },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('report' as const), n: fc.nat({ max: 3 }) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('refuse' as const), n: fc.nat({ max: 3 }) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('resend' as const), n: fc.nat({ max: 8 }) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('epoch' as const), n: fc.nat({ max: 1 }) }) },
  );
  const seen = { reports: 0, digests: 0 };
  fc.assert(
    fc.property(fc.array(step, { minLength: 10, maxLength: 60 }), (steps) => {
      const store = opened();
      const merged = new Merged();
      const used = new Map<number, number>();
      const deliver = (most: number, baseline: boolean): void => {
        const composed = compose(store, most, baseline);
        merged.apply(composed);
        seen.reports++;
        seen.digests += composed.digests.length;
        for (const digest of composed.digests) expect(merged.lacks(digest)).toBe(false);
        store.outbox.acknowledge();
      };
      for (const { kind, n } of steps) {
        if (kind === 'use') {
          used.set(n, (used.get(n) ?? 0) + 200);
          use(store, TODAY - (n % 4), n % 6, used.get(n) as number, `000000000000000${n % 2}`);
        } else if (kind === 'report') deliver(n + 1, n === 0);
        else if (kind === 'refuse') {
          compose(store, n + 1);
          store.outbox.drop();
        } else if (kind === 'resend')
          store.usage.unacknowledge(n % 2 ? { days: [TODAY - (n >> 1)] } : { afterSequence: n });
        else store.outbox.openEpoch(new Uint8Array(16).fill(n), undefined);
      }
    }),
    { numRuns: FULL ? 160_000 : 300 },
  );
  console.log('digest model', seen);
  expect(seen.digests).toBeGreaterThan(seen.reports / 10);
}, 3_600_000);
