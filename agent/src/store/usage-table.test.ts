import { expect, test } from 'vitest';
import { noSlots, setSlot } from '../usage/slots.ts';
import { type AgentStore, agentStore } from './agent-store.ts';
import { openTransientState } from './state-database.ts';
import { tidyStore } from './upkeep.ts';

const DAY = 20_000;
const DIGEST = { count: 0, sum: 0n };
const launches = { user: 1, autostart: 0, service: 0, scheduler: 0, unknown: 0 };

function opened(): AgentStore {
  const store = agentStore(openTransientState());
  store.outbox.openEpoch(new Uint8Array(16).fill(1), undefined);
  return store;
}

function use(store: AgentStore, day: number, executable: number, seconds: number): void {
  const slots = noSlots();
  for (let slot = 0; slot <= seconds / 300; slot++) setSlot(slots, slot);
  const executableId = executable.toString(16).padStart(16, '0');
  const key = { day, run: '0000000000000001', executableId, user: 'ab'.repeat(8) };
  store.usage.flush({
    usage: [{ ...key, seconds, launches, slots }],
    coverage: [{ day, run: key.run, seconds, unobservedSeconds: 7, interactiveSeconds: undefined }],
    live: [],
    mark: { bootId: 'boot', monotonicMs: 1, bootMs: 1, isResumable: true },
  });
}

/** A report of everything that is due, in flight. */
function compose(store: AgentStore): void {
  const sequence = (store.outbox.epoch()?.sequence ?? 0) + 1;
  store.outbox.put({
    ...{ sequence, envelope: new Uint8Array(1), hash: new Uint8Array(16), baseline: sequence === 1 },
    ...{ touch: 0, digest: DIGEST, hostHash: '' },
    ...{ usage: store.usage.dueUsage(100), coverage: store.usage.dueCoverage(100), digests: [] },
  });
}

function report(store: AgentStore): void {
  compose(store);
  store.outbox.acknowledge();
}

const dueExecutables = (store: AgentStore): number[] =>
  store.usage
    .dueUsage(100)
    .map(({ executableId }) => Number.parseInt(executableId, 16))
    .sort();
const dueDays = (store: AgentStore): number[] => store.usage.dueCoverage(100).map(({ day }) => day);

test('what reports after a sequence acknowledged is due again, with all of its marks', () => {
  const store = opened();
  for (const each of [1, 2, 3]) {
    use(store, DAY + each, each, 600);
    report(store);
  }
  // An older row that changed since was said by the newer report too.
  use(store, DAY + 1, 1, 900);
  report(store);
  store.usage.unacknowledge({ afterSequence: 2 });
  expect(dueExecutables(store)).toEqual([1, 3]);
  expect(dueDays(store).sort()).toEqual([DAY + 1, DAY + 3]);
  expect(store.usage.dueUsage(100).every((row) => row.acknowledgedSlots.every((byte) => byte === 0))).toBe(
    true,
  );
  store.usage.unacknowledge({ afterSequence: 4 });
  report(store);
  expect(dueExecutables(store)).toEqual([]);
  store.usage.unacknowledge({ afterSequence: 4 });
  expect(dueExecutables(store)).toEqual([1, 3]);
});

test('a day is told as observed once all of its use goes along', () => {
  const store = opened();
  for (const each of [1, 2, 3]) use(store, DAY + 1, each, 600);
  use(store, DAY + 2, 4, 600);
  expect(store.usage.dueCoverage(10, 2).map(({ day }) => day)).toEqual([]);
  expect(store.usage.dueCoverage(10, 3).map(({ day }) => day)).toEqual([DAY + 1]);
  expect(store.usage.dueCoverage(10, 4).map(({ day }) => day)).toEqual([DAY + 1, DAY + 2]);
});

test('with a person at the computer: told once, up to a quarter of an hour, and again to another epoch', () => {
  const store = opened();
  const observe = (interactiveSeconds: number | undefined, seconds: number): (number | undefined)[] => {
    const row = { day: DAY, run: '0000000000000001', seconds, unobservedSeconds: 0, interactiveSeconds };
    const mark = { bootId: 'boot', monotonicMs: 1, bootMs: 1, isResumable: true };
    store.usage.flush({ usage: [], coverage: [row], live: [], mark });
    const told = store.usage.dueCoverage(10).map((due) => due.interactiveSeconds);
    report(store);
    return told;
  };
  expect(observe(undefined, 5)).toEqual([undefined]);
  expect(observe(0, 10)).toEqual([0]);
  expect(observe(0, 15)).toEqual([undefined]);
  expect(observe(700, 1_000)).toEqual([700]);
  expect(observe(5_000, 6_000)).toEqual([900]);
  expect(observe(6_000, 7_000)).toEqual([undefined]);
  store.usage.unacknowledge({ afterSequence: 0 });
  expect(store.usage.dueCoverage(10).map((due) => due.interactiveSeconds)).toEqual([900]);
  report(store);
  store.outbox.openEpoch(new Uint8Array(16).fill(2), undefined);
  expect(observe(6_001, 7_001)).toEqual([900]);
});

test('what an earlier epoch acknowledged is before all reports of this one', () => {
  const store = opened();
  use(store, DAY, 1, 600);
  report(store);
  store.outbox.openEpoch(new Uint8Array(16).fill(2), undefined);
  use(store, DAY, 2, 600);
  report(store);
  store.usage.unacknowledge({ afterSequence: 0 });
  expect(dueExecutables(store)).toEqual([2]);
  store.usage.unacknowledge({ days: [DAY] });
  expect(dueExecutables(store)).toEqual([1, 2]);
});

test('days are due again exactly, with a day from which on everything is', () => {
  const store = opened();
  for (const each of [1, 2, 3, 4]) use(store, DAY + each, each, 600);
  report(store);
  store.usage.unacknowledge({ days: [DAY + 1, DAY + 9] });
  expect(dueExecutables(store)).toEqual([1]);
  expect(dueDays(store)).toEqual([DAY + 1]);
  store.usage.unacknowledge({ sinceDay: DAY + 4, days: [DAY + 2] });
  expect(dueExecutables(store)).toEqual([1, 2, 4]);
});

test('the acknowledgement of a report that was in flight meanwhile acknowledges nothing of it', () => {
  const store = opened();
  use(store, DAY, 1, 600);
  report(store);
  use(store, DAY, 1, 900);
  compose(store);
  store.usage.unacknowledge({ days: [DAY] });
  store.outbox.acknowledge();
  // The report held only the newer marks: the older ones have to come again with them.
  expect(dueExecutables(store)).toEqual([1]);
  expect(dueDays(store)).toEqual([DAY]);
});

test('rows are kept for 35 days after they were acknowledged, however old they were then', () => {
  const store = opened();
  use(store, DAY - 30, 1, 600);
  use(store, DAY, 2, 600);
  tidyStore(store, DAY + 20);
  report(store);
  const kept = (today: number): number[] => {
    tidyStore(store, today);
    store.usage.unacknowledge({ sinceDay: 0 });
    const rows = dueExecutables(store);
    report(store);
    return rows;
  };
  tidyStore(store, DAY + 20);
  expect([tidyStore(store, DAY + 55), kept(DAY + 55)]).toEqual([0, [1, 2]]);
  // Sent again and acknowledged, they are kept from then on.
  tidyStore(store, DAY + 56);
  expect(kept(DAY + 91)).toEqual([1, 2]);
  tidyStore(store, DAY + 92);
  expect(kept(DAY + 128)).toEqual([]);
});

test('a clock that was wrong once keeps nothing for ever', () => {
  const store = opened();
  use(store, DAY, 1, 600);
  report(store);
  tidyStore(store, 90_000);
  tidyStore(store, DAY + 1);
  tidyStore(store, DAY + 37);
  store.usage.unacknowledge({ sinceDay: 0 });
  expect(dueExecutables(store)).toEqual([]);
});

test('who becomes a device of its own keeps what it told in its epoch, and tells marks anew', () => {
  const store = opened();
  for (const each of [1, 2]) use(store, DAY, each, 600);
  report(store);
  store.outbox.openEpoch(new Uint8Array(16).fill(2), undefined);
  use(store, DAY, 2, 900);
  use(store, DAY, 3, 300);
  // Whoever gets this epoch has nothing of the one before.
  expect(store.usage.dueUsage(100).every((row) => row.acknowledgedSlots.every((byte) => byte === 0))).toBe(
    true,
  );
  report(store);
  use(store, DAY, 4, 300);
  store.usage.forgetEarlierEpochs();
  expect(dueExecutables(store)).toEqual([4]);
  store.usage.unacknowledge({ sinceDay: 0 });
  expect(dueExecutables(store)).toEqual([2, 3, 4]);
});
