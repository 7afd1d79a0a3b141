import { describe, expect, test } from 'vitest';
import { MOST_SILENT_MS, NOBODY, presenceOf, type Session, TERMINAL_IDLE_MS } from './session-presence.ts';

const NOW = 1e9;
const session = (more: Partial<Session> = {}): Session => ({
  ...{ uid: 1000, place: 'desktop', isActive: true, isIdle: false, isLocked: false, lastSignMs: NOW - 1_000 },
  ...more,
});
const interactive = (...sessions: Session[]) => presenceOf(sessions, NOW).interactive;
const lockedUids = (...sessions: Session[]) => [...(presenceOf(sessions, NOW).lockedUids ?? [])];

test('without a session there is nobody', () => {
  expect(presenceOf([], NOW)).toEqual(NOBODY);
});

test('a session that is active, not idle and not locked is a person at the computer', () => {
  expect(interactive(session())).toBe(true);
});

test.each([{ isActive: false }, { isIdle: true }, { isLocked: true }])('with %o nobody is there', (more) => {
  expect(interactive(session(more))).toBe(false);
  expect(interactive(session({ ...more, place: 'terminal' }))).toBe(false);
  expect(interactive(session(more), session({ uid: 1001 }))).toBe(true);
});

describe('silence', () => {
  const silent = (place: Session['place'], ms: number) => session({ place, lastSignMs: NOW - ms });

  test('at a terminal means that nobody is there', () => {
    expect(interactive(silent('terminal', TERMINAL_IDLE_MS - 1))).toBe(true);
    expect(interactive(silent('terminal', TERMINAL_IDLE_MS))).toBe(false);
  });

  test('of a desktop is believed for some hours and then says nothing: it may be one that reports no idleness', () => {
    expect(interactive(silent('desktop', MOST_SILENT_MS - 1))).toBe(true);
    expect(interactive(silent('desktop', MOST_SILENT_MS))).toBe(undefined);
  });

  test('of a text console says nothing, nor does its being idle: a desktop may have been begun there', () => {
    expect(interactive(silent('text-console', TERMINAL_IDLE_MS - 1))).toBe(true);
    expect(interactive(silent('text-console', TERMINAL_IDLE_MS))).toBe(undefined);
    const idle = session({ place: 'text-console', isIdle: true, lastSignMs: NOW - 3_600_000 });
    expect(interactive(idle)).toBe(undefined);
  });

  test('what cannot be told of one is told when another one is present, and by no other', () => {
    const unclear = silent('desktop', MOST_SILENT_MS);
    expect(interactive(unclear, session({ uid: 1001 }))).toBe(true);
    expect(interactive(unclear, session({ uid: 1001, isLocked: true }))).toBe(undefined);
  });
});

test('a sign that is unknown, or from ahead because the clock was set back, says nothing', () => {
  expect(interactive(session({ place: 'terminal', lastSignMs: undefined }))).toBe(undefined);
  expect(interactive(session({ place: 'terminal', lastSignMs: NOW + 3_600_000 }))).toBe(undefined);
  expect(interactive(session({ place: 'terminal', lastSignMs: NOW + 1_000 }))).toBe(true);
});

test('where there is nothing to sit at nobody sits, and nothing is left unlocked', () => {
  const transfer = session({ place: 'terminal', lastSignMs: 'none' });
  expect(presenceOf([transfer], NOW)).toEqual(NOBODY);
  expect(lockedUids(session({ isLocked: true }), transfer)).toEqual([1000]);
});

test('a user is locked when each of their sessions is', () => {
  const locked = session({ isLocked: true });
  expect(lockedUids(locked, session({ uid: 1001 }))).toEqual([1000]);
  expect(lockedUids(locked, locked, session({ uid: 1001, isLocked: true }))).toEqual([1000, 1001]);
  expect(lockedUids(locked, session({ isActive: false }))).toEqual([]);
  expect(lockedUids(session({ isIdle: true }))).toEqual([]);
});
