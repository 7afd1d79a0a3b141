import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { SupersedingError } from './device-lives.ts';
import { SHARED_BY_TOO_MANY } from './hardware-twins.ts';
import { SqliteControlStore } from './sqlite-control-store.ts';

let folder: string;
let store: SqliteControlStore;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fleetmeter-twins-'));
  store = new SqliteControlStore({ path: join(folder, 'control.db') });
});
afterEach(() => {
  store.close();
  rmSync(folder, { recursive: true, force: true });
});

const identity = { uuid: 'ab'.repeat(16), serial: '5bqk2n3', macs: ['8c04ba112233'] };
function joined(at: number): string {
  const { secret } = store.tokens.create({ uses: 1, expiresAt: 1e6, group: 'default', note: '' }, 1);
  return store.enrol(randomBytes(32), secret, at);
}
const all = () => store.lives.twins.list({ newcomer: '', former: '' }, 100);

test('of two with one hardware the later to join is the newcomer, whichever says so first', () => {
  const [late, early] = [joined(20), joined(10)];
  store.lives.twins.note(late, identity, 30);
  store.lives.twins.note(early, { ...identity, macs: [] }, 31);
  expect(all()).toEqual([{ newcomer: late, former: early, verdict: 'waiting', at: 31 }]);
  expect(store.lives.twins.waiting(100, 10)).toMatchObject([{ newcomer: late, joinedAt: 20 }]);
});

test('saying the same again changes nothing, and a decision stands', () => {
  const [early, late] = [joined(10), joined(20)];
  for (const device of [early, late, early, late]) store.lives.twins.note(device, identity, 30);
  store.lives.supersede(early, late, 40);
  // Again, while the tables have not been told yet.
  store.lives.supersede(early, late, 40);
  expect(store.lives.takeBack(early, 'undone', 50)).toBe(true);
  expect(store.lives.takeBack(early, 'undone', 50)).toBe(false);
  store.lives.twins.note(late, { ...identity, macs: [] }, 60);
  expect(all()).toMatchObject([{ verdict: 'undone', at: 50 }]);
});

test("an erased device leaves no sign, takes nobody's place, and asking twice is harmless", () => {
  const [early, late] = [joined(10), joined(20)];
  for (const device of [early, late]) store.lives.twins.note(device, identity, 30);
  expect(store.lives.erasures.request(early, 40)).toBe(true);
  expect(store.lives.erasures.request(early, 41)).toBe(true);
  expect(store.lives.erasures.get(early)).toMatchObject({ phase: 'requested', requestedAt: 40 });
  store.forgetDevice(early, 42);
  expect(all()).toEqual([]);
  const third = joined(50);
  store.lives.twins.note(third, identity, 51);
  expect(all()).toMatchObject([{ newcomer: third, former: late }]);
  expect(() => store.lives.supersede(late, early, 60)).toThrow(/was erased/);
});

test('a device whose hardware changed is known by the new one only', () => {
  const [early, late] = [joined(10), joined(20)];
  store.lives.twins.note(early, identity, 30);
  store.lives.twins.note(early, { uuid: 'cd'.repeat(16), serial: 'other99', macs: [] }, 31);
  store.lives.twins.note(late, identity, 32);
  expect(all()).toEqual([]);
});

test('what more devices share than a computer is ever set up anew at a time tells nothing; former selves do not count', () => {
  const devices = Array.from({ length: SHARED_BY_TOO_MANY + 2 }, (_, index) => joined(index));
  for (const device of devices) store.lives.twins.note(device, identity, 30);
  expect(all().every((pair) => !store.lives.twins.stillSame(pair))).toBe(true);
  // One after the other, as it should be.
  const other = { uuid: 'ef'.repeat(16), serial: 'again77', macs: [] };
  let former = joined(100);
  store.lives.twins.note(former, other, 100);
  for (let times = 1; times <= 2 * SHARED_BY_TOO_MANY; times++) {
    const newcomer = joined(100 + times);
    store.lives.twins.note(newcomer, other, 100 + times);
    expect(store.lives.twins.stillSame({ newcomer, former })).toBe(true);
    store.lives.supersede(former, newcomer, 100 + times);
    former = newcomer;
  }
});

test('nobody becomes the former self of itself, of a stranger, or of what it became', () => {
  const [a, b] = [joined(10), joined(20)];
  store.lives.supersede(a, b, 30);
  for (const [former, successor] of [
    [a, a],
    [b, a],
    [a, '0'.repeat(16)],
  ] as const)
    expect(() => store.lives.supersede(former, successor, 40)).toThrow(SupersedingError);
  expect(store.lives.untold(10)).toContainEqual(
    expect.objectContaining({ deviceId: a, supersededBy: b, supersededAt: 30 }),
  );
});
