/** Rows of use on their way to the wire: which marks go in true order, and that no row ever has both. */
import { decodeSlots, encodeEvidence, identifyEvidence } from '@fleetmeter/proto';
import { beforeEach, expect, test } from 'vitest';
import { composeUsage } from '../delta/compose-usage.ts';
import { type AgentStore, agentStore } from '../store/agent-store.ts';
import { openTransientState } from '../store/state-database.ts';
import { tidyStore } from '../store/upkeep.ts';
import { SlotOrder } from './slot-order.ts';
import { slotPermutation } from './slot-permutation.ts';
import { noSlots, setSlot } from './slots.ts';

const DAY = 20_000;
const SECRET = new Uint8Array(32).fill(7);
const launches = { user: 1, autostart: 0, service: 0, scheduler: 0, unknown: 0 };
const evidence = (path: string) =>
  encodeEvidence({ sha256: new Uint8Array(32).fill(path.length), path, size: 1, format: 'elf' });
const [LISTED, OTHER] = [evidence('/opt/draw/bin/draw'), evidence('/usr/bin/other')];
const idOf = (bytes: Uint8Array): string => identifyEvidence(bytes).executableId;

let store: AgentStore;
let listed: readonly string[];
let allowed: readonly string[] | undefined;
let order: SlotOrder;

beforeEach(() => {
  store = agentStore(openTransientState());
  store.outbox.openEpoch(new Uint8Array(16).fill(1), undefined);
  [listed, allowed] = [['/opt/*/bin/draw'], undefined];
  restart();
});

function restart(): void {
  order = new SlotOrder({
    listedOn: (day, now) => store.slotOrders.listedOn(day, now),
    listed: () => listed,
    allowed: () => allowed,
    evidenceOf: (id) => [LISTED, OTHER].find((each) => idOf(each) === id),
  });
}

/** As agent.ts flushes the marks that a row has by then. */
function used(program: Uint8Array, day: number, run: string, marks: readonly number[]): void {
  const slots = noSlots();
  for (const mark of marks) setSlot(slots, mark);
  const row = { day, run, executableId: idOf(program), user: 'ab'.repeat(8), seconds: 60, launches, slots };
  store.usage.flush({
    usage: [{ ...row, inOrder: order.isTrue(row) }],
    coverage: [],
    live: [],
    mark: { bootId: 'boot', monotonicMs: 1, bootMs: 1, isResumable: true },
  });
}

interface Told {
  program: 'listed' | 'other';
  inOrder: boolean;
  marks: readonly number[];
}

/** What the next report says of use; it is acknowledged. */
function told(): Told[] {
  const records = store.usage.dueUsage(100);
  const usage = composeUsage({
    ...{ records, coverage: [], digests: [] },
    permutation: (day) => slotPermutation(SECRET, day),
  });
  const sequence = (store.outbox.epoch()?.sequence ?? 0) + 1;
  store.outbox.put({
    ...{ sequence, envelope: new Uint8Array(1), hash: new Uint8Array(16), baseline: sequence === 1 },
    ...{ touch: 0, digest: { count: 0, sum: 0n }, hostHash: '', usage: records, coverage: [], digests: [] },
  });
  store.outbox.acknowledge();
  return (usage?.records ?? []).map(({ slots, slotsChronological }, index) => ({
    program: records[index]?.executableId === idOf(LISTED) ? 'listed' : 'other',
    inOrder: slotsChronological ?? false,
    marks: decodeSlots(slots ?? new Uint8Array()) ?? [],
  }));
}

const shuffled = (day: number, marks: readonly number[]): number[] =>
  marks.map((mark) => slotPermutation(SECRET, day)[mark] as number).sort((a, b) => a - b);

const RUN = '0000000000000001';
const NEXT_RUN = '0000000000000002';

test('marks of a listed program are times of the day, those of any other are not', () => {
  used(LISTED, DAY, RUN, [100, 101]);
  used(OTHER, DAY, RUN, [100, 101]);
  expect(told()).toEqual([
    { program: 'listed', inOrder: true, marks: [100, 101] },
    { program: 'other', inOrder: false, marks: shuffled(DAY, [100, 101]) },
  ]);
});

test('what is listed in the middle of a day counts from the next day on, also for new runs and after a restart', () => {
  listed = [];
  used(LISTED, DAY, RUN, [100]);
  expect(told()).toEqual([{ program: 'listed', inOrder: false, marks: shuffled(DAY, [100]) }]);
  listed = ['/opt/draw/bin/draw'];
  used(LISTED, DAY, RUN, [100, 101]);
  restart();
  used(LISTED, DAY, NEXT_RUN, [102]);
  used(LISTED, DAY + 1, NEXT_RUN, [0]);
  expect(told()).toEqual([
    { program: 'listed', inOrder: false, marks: shuffled(DAY, [101]) },
    { program: 'listed', inOrder: false, marks: shuffled(DAY, [102]) },
    { program: 'listed', inOrder: true, marks: [0] },
  ]);
});

test('what is no longer listed counts from the next day on', () => {
  used(LISTED, DAY, RUN, [100]);
  listed = [];
  restart();
  used(LISTED, DAY, RUN, [100, 101]);
  used(LISTED, DAY + 1, RUN, [0]);
  expect(told()).toEqual([
    { program: 'listed', inOrder: true, marks: [100, 101] },
    { program: 'listed', inOrder: false, marks: shuffled(DAY + 1, [0]) },
  ]);
});

test('a day that is told again, in another epoch as well, is told in the order that it had', () => {
  used(LISTED, DAY, RUN, [100]);
  used(OTHER, DAY, RUN, [100]);
  const first = told();
  listed = ['/usr/bin/other'];
  store.usage.unacknowledge({ sinceDay: 0 });
  expect(told()).toEqual(first);
  store.outbox.openEpoch(new Uint8Array(16).fill(2), undefined);
  store.usage.unacknowledge({ sinceDay: 0 });
  expect(told()).toEqual(first);
});

test('a device that refuses tells no further time of day at once, in whatever it has kept', () => {
  used(LISTED, DAY, RUN, [100]);
  expect(told()[0]?.inOrder).toBe(true);
  used(LISTED, DAY, RUN, [100, 101]);
  allowed = [];
  expect(store.usage.eraseInOrder((id) => order.isRefused(id))).toBe(1);
  used(LISTED, DAY, NEXT_RUN, [102]);
  expect(told()).toEqual([{ program: 'listed', inOrder: false, marks: shuffled(DAY, [102]) }]);
});

test('a row that was begun in one order goes on in it', () => {
  used(LISTED, DAY, RUN, [100]);
  expect(told()[0]?.inOrder).toBe(true);
  allowed = [];
  used(LISTED, DAY, RUN, [100, 101]);
  expect(told()).toEqual([{ program: 'listed', inOrder: true, marks: [101] }]);
});

test('a device that allows some programs keeps what it told of these', () => {
  used(LISTED, DAY, RUN, [100]);
  allowed = ['/opt/draw/bin/draw'];
  expect(store.usage.eraseInOrder((id) => order.isRefused(id))).toBe(0);
  expect(told()).toEqual([{ program: 'listed', inOrder: true, marks: [100] }]);
});

test('what was listed on a day is kept as long as the day has use, and around today', () => {
  used(LISTED, DAY, RUN, [100]);
  listed = [];
  used(OTHER, DAY + 50, RUN, [1]);
  tidyStore(store, DAY + 50);
  expect(store.slotOrders.listedOn(DAY, listed)).toEqual(['/opt/*/bin/draw']);
  told();
  tidyStore(store, DAY + 50);
  tidyStore(store, DAY + 100);
  expect(store.slotOrders.listedOn(DAY, ['/usr/bin/later'])).toEqual(['/usr/bin/later']);
});
