/**
 * A session as systemd-logind describes it, made into one that can be decided on. Pure.
 * Source: org.freedesktop.login1(5), which names the properties and their types.
 */
import type { BusValue } from './dbus/bus-value.ts';
import { NotUnderstood } from './dbus/not-understood.ts';
import type { Session } from './session-presence.ts';
import type { Desktop } from './x11/focus.ts';

/** What is told of a session besides its properties. Milliseconds on the monotonic clock. */
export interface Observed {
  /** When it was last seen to become, or stop being, idle, locked or in front; undefined: not since it is watched. */
  changedMs: number | undefined;
  /** Newest input at any terminal of the user; 'none': they have none; undefined: it cannot be seen. */
  terminalInputMs: (uid: number) => number | 'none' | undefined;
}

/** What can change of being at a session, as one text to compare. */
export function standingOf(properties: BusProperties): string {
  const { isActive, isIdle, isLocked } = hintsOf(properties);
  return [isActive, isIdle, isLocked].join();
}

export type BusProperties = ReadonlyMap<string, BusValue>;

/** Also those that begin before the user's own services, or do without them. A greeter, a job or a service is nobody's. */
const CLASSES_OF_PEOPLE = new Set(['user', 'user-early', 'user-light', 'user-early-light']);
const DESKTOPS = new Set(['x11', 'wayland', 'mir']);

/** False: it is no person's, or it has ended but for programs that stayed behind. Throws NotUnderstood, as all here do. */
export function isOfPerson(properties: BusProperties): boolean {
  return CLASSES_OF_PEOPLE.has(text(properties, 'Class')) && text(properties, 'State') !== 'closing';
}

/** Of a person's session. */
export function sessionOf(properties: BusProperties, observed: Observed): Session {
  const uid = uidOf(properties);
  const type = text(properties, 'Type');
  const isOnConsole = number(properties, 'VTNr') > 0;
  const place = DESKTOPS.has(type) ? 'desktop' : isOnConsole ? 'text-console' : 'terminal';
  const lastSignMs =
    place === 'desktop'
      ? signAtDesktop(properties, observed.changedMs)
      : signAtTerminal(properties, observed);
  return { uid, place, ...hintsOf(properties), lastSignMs };
}

/** Of a person's session. */
export function desktopOf(properties: BusProperties): Desktop {
  const { isActive, isLocked } = hintsOf(properties);
  return {
    uid: uidOf(properties),
    type: text(properties, 'Type'),
    display: properties.has('Display') ? text(properties, 'Display') : '',
    isOnConsole: number(properties, 'VTNr') > 0,
    ...{ isActive, isLocked },
  };
}

function signAtDesktop(properties: BusProperties, changedMs = 0): number {
  // Stands at the last report of being idle, or of being so no longer; a desktop that has not reported yet has nothing there.
  return Math.max(changedMs, hintSinceMs(properties) ?? 0, milliseconds(properties, 'TimestampMonotonic'));
}

/**
 * logind knows the last input of a terminal that the session was begun with. Over SSH it is begun before there is a terminal, and
 * whether there is one at all is not said: then any terminal of that user serves, and without one there is nobody.
 */
function signAtTerminal(properties: BusProperties, { terminalInputMs }: Observed): Session['lastSignMs'] {
  const input = hintSinceMs(properties) ?? terminalInputMs(uidOf(properties));
  // A page in a browser has no terminal and yet a person.
  return input === 'none' && text(properties, 'Type') === 'web' ? undefined : input;
}

/** Undefined: there is none. Zero on the monotonic clock alone is a time before that clock began. */
function hintSinceMs(properties: BusProperties): number | undefined {
  if (number(properties, 'IdleSinceHint') === 0) return undefined;
  return milliseconds(properties, 'IdleSinceHintMonotonic');
}

function hintsOf(properties: BusProperties): Pick<Session, 'isActive' | 'isIdle' | 'isLocked'> {
  return {
    isActive: flag(properties, 'Active'),
    isIdle: flag(properties, 'IdleHint'),
    // Younger than the others: before it nobody could say so.
    isLocked: properties.has('LockedHint') && flag(properties, 'LockedHint'),
  };
}

/** From (uid, path of the user's object). */
function uidOf(properties: BusProperties): number {
  const user = properties.get('User');
  const uid = Array.isArray(user) ? user[0] : undefined;
  if (typeof uid !== 'number') throw new NotUnderstood('a session without a user');
  return uid;
}

function milliseconds(properties: BusProperties, name: string): number {
  return number(properties, name) / 1000;
}

function number(properties: BusProperties, name: string): number {
  const value = properties.get(name);
  if (typeof value !== 'number') throw new NotUnderstood(`a session whose ${name} is no number`);
  return value;
}

function flag(properties: BusProperties, name: string): boolean {
  const value = properties.get(name);
  if (typeof value !== 'boolean') throw new NotUnderstood(`a session whose ${name} is not yes or no`);
  return value;
}

function text(properties: BusProperties, name: string): string {
  const value = properties.get(name);
  if (typeof value !== 'string') throw new NotUnderstood(`a session whose ${name} is no text`);
  return value;
}
