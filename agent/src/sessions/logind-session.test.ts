import { describe, expect, test } from 'vitest';
import { type DescribedSession, logindProperties } from './fixtures/logind-properties.ts';
import { type BusProperties, isOfPerson, type Observed, sessionOf, standingOf } from './logind-session.ts';

const properties = (session: DescribedSession = {}): BusProperties =>
  new Map(logindProperties(session).map(([name, [, value]]) => [name, value]));
const read = (session: DescribedSession, more: Partial<Observed> = {}) =>
  sessionOf(properties(session), { changedMs: undefined, terminalInputMs: () => undefined, ...more });

test.each([
  ['user', true],
  ['user-early', true],
  ['user-light', true],
  ['user-incomplete', false],
  ['greeter', false],
  ['lock-screen', false],
  ['background', false],
  ['manager', false],
])('a session of class %s is a person’s: %s', (name, expected) => {
  expect(isOfPerson(properties({ class: name }))).toBe(expected);
});

test('a session that is ending is nobody’s, though programs stay behind in it', () => {
  expect(isOfPerson(properties({ state: 'closing' }))).toBe(false);
  expect(isOfPerson(properties({ state: 'opening' }))).toBe(true);
  expect(isOfPerson(properties({ state: 'online' }))).toBe(true);
});

test('whose it is and how it stands is as logind says it', () => {
  expect(read({ uid: 4242, active: false, idle: true, locked: true })).toEqual(
    expect.objectContaining({ uid: 4242, place: 'desktop', isActive: false, isIdle: true, isLocked: true }),
  );
});

test.each([
  ['x11', 0, 'desktop'],
  ['wayland', 2, 'desktop'],
  ['tty', 3, 'text-console'],
  ['tty', 0, 'terminal'],
  ['unspecified', 0, 'terminal'],
])('of type %s with virtual terminal %i one sits at a %s', (type, terminalNumber, place) => {
  expect(read({ type, terminalNumber }).place).toBe(place);
});

describe('the last sign', () => {
  test('at a desktop is the newest of its beginning, its last report and what was seen to change', () => {
    expect(read({ began: 5e6 }).lastSignMs).toBe(5_000);
    expect(read({ began: 5e6, idleSince: 7e6 }).lastSignMs).toBe(7_000);
    expect(read({ began: 5e6, idleSince: 7e6 }, { changedMs: 9_000 }).lastSignMs).toBe(9_000);
  });

  test('at a terminal is its last input', () => {
    expect(read({ type: 'tty', began: 9e6, idleSince: 7e6 }, { changedMs: 9_000 }).lastSignMs).toBe(7_000);
  });

  test('where logind names no terminal is the input at any of that user', () => {
    const at = (uid: number) => (uid === 4242 ? 8_000 : 'none');
    expect(read({ type: 'tty', uid: 4242 }, { terminalInputMs: at }).lastSignMs).toBe(8_000);
    expect(read({ type: 'tty', uid: 1 }, { terminalInputMs: at }).lastSignMs).toBe('none');
    expect(read({ type: 'tty' }).lastSignMs).toBe(undefined);
  });

  test('in a browser is not known, though there is no terminal', () => {
    expect(read({ type: 'web' }, { terminalInputMs: () => 'none' }).lastSignMs).toBe(undefined);
  });
});

test('being idle, locked or in front are what changes the standing, and nothing else', () => {
  const standing = standingOf(properties());
  for (const more of [{ active: false }, { idle: true }, { locked: true }])
    expect(standingOf(properties(more))).not.toBe(standing);
  expect(standingOf(properties({ idleSince: 5, state: 'online', type: 'tty' }))).toBe(standing);
});

test('a logind from before there was a hint of being locked is understood', () => {
  const old = new Map(properties());
  old.delete('LockedHint');
  expect(sessionOf(old, { changedMs: undefined, terminalInputMs: () => undefined }).isLocked).toBe(false);
});

test.each(['User', 'Type', 'Active', 'IdleHint', 'IdleSinceHint', 'LockedHint'])(
  'a %s of another type is not understood',
  (name) => {
    const wrong = new Map(properties()).set(name, []);
    const observed = { changedMs: undefined, terminalInputMs: () => undefined };
    expect(() => sessionOf(wrong, observed)).toThrow(expect.objectContaining({ name: 'NotUnderstood' }));
  },
);
