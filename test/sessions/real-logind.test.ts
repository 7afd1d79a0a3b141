/** What is known of who is at the computer, from a systemd-logind and a message bus that are real ones. */
import { existsSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { realClock } from '../../agent/src/clock/real-clock.ts';
import { privateMountsFault } from '../../agent/src/fixtures/private-mounts.linux.ts';
import { LogindSessions } from '../../agent/src/sessions/logind-sessions.linux.ts';
import { NOBODY, NOT_KNOWN, type Presence } from '../../agent/src/sessions/session-presence.ts';
import { canRun } from '../faults/needed-programs.ts';
import { LOGIND, LogindMachine } from './logind-machine.ts';

const possible = canRun('sessions of a real logind', 'dbus-daemon', 'busctl', 'unshare') && hasLogind();

/** Only root may set the hints of others' sessions. In CI there has to be all of it. */
function hasLogind(): boolean {
  const fault = existsSync(LOGIND) ? privateMountsFault() : `there is no ${LOGIND}`;
  const isRoot = process.getuid?.() === 0;
  if (fault !== undefined || !isRoot)
    console.warn(`Skipped: sessions of a real logind. ${fault ?? 'It needs root.'}`);
  return (fault === undefined && isRoot) || process.env.CI === 'true';
}

describe.runIf(possible)('with a real logind', () => {
  let machine: LogindMachine;
  let source: LogindSessions;
  const nowMs = () => realClock().now().monotonicMs;
  /** How much later it is for whoever asks: a machine that has not run for so long has no session from then. */
  let laterMs = 0;

  beforeEach(() => {
    machine = new LogindMachine();
    const { busSocket, sessionsFolder, seatsFolder } = machine;
    const places = { busSocket, sessionsFolder, seatsFolder, askEveryMs: 0 };
    laterMs = 0;
    const clock = realClock();
    const now = () => ({ ...clock.now(), monotonicMs: clock.now().monotonicMs + laterMs });
    source = new LogindSessions({ ...clock, now }, places);
  });
  afterEach(async () => {
    source.close();
    await machine.close();
  });

  const becomes = (presence: Presence) =>
    expect.poll(() => source.look(), { timeout: 20_000 }).toEqual(presence);
  const present = (interactive: boolean | undefined, ...locked: number[]): Presence => ({
    interactive,
    lockedUids: new Set(locked),
  });

  test('before it runs it is not known, and then there is nobody', async () => {
    expect(source.look()).toEqual(NOT_KNOWN);
    await machine.startBus();
    await machine.startLogind();
    await becomes(NOBODY);
  });

  test('a desktop is followed from its login through being idle and locked to its end', async () => {
    machine.keep({ id: 'c1', user: 'daemon', type: 'wayland', beganMs: nowMs() });
    machine.keep({ id: 'c2', user: 'bin', type: 'x11', class: 'greeter', beganMs: nowMs() });
    await machine.startBus();
    await machine.startLogind();
    await becomes(present(true));
    machine.hint('c1', 'SetIdleHint', true);
    await becomes(present(false));
    machine.hint('c1', 'SetIdleHint', false);
    await becomes(present(true));
    machine.hint('c1', 'SetLockedHint', true);
    await becomes(present(false, 1));
    machine.hint('c1', 'SetLockedHint', false);
    await becomes(present(true));
    await machine.logOut('c1');
    await becomes(NOBODY);
  });

  test('which desktop a session has, and whether anybody sees it, is told', async () => {
    machine.keep({ id: 'c1', user: 'daemon', type: 'x11', display: ':7', beganMs: nowMs() });
    machine.keep({ id: 'c2', user: 'bin', type: 'x11', class: 'greeter', display: ':8', beganMs: nowMs() });
    expect(source.desktops).toBe(undefined);
    await machine.startBus();
    await machine.startLogind();
    await becomes(present(true));
    const desktop = {
      ...{ uid: 1, type: 'x11', display: ':7' },
      ...{ isOnConsole: false, isActive: true, isLocked: false },
    };
    expect(source.desktops).toEqual([desktop]);
    machine.hint('c1', 'SetLockedHint', true);
    await becomes(present(false, 1));
    expect(source.desktops).toEqual([{ ...desktop, isLocked: true }]);
    await machine.logOut('c1');
    await becomes(NOBODY);
    expect(source.desktops).toEqual([]);
  });

  test('a user with two sessions is locked when both are', async () => {
    for (const id of ['c1', 'c2']) machine.keep({ id, user: 'bin', type: 'x11', beganMs: nowMs() });
    await machine.startBus();
    await machine.startLogind();
    await becomes(present(true));
    machine.hint('c1', 'SetLockedHint', true);
    machine.hint('c2', 'SetIdleHint', true);
    await becomes(present(false));
    machine.hint('c2', 'SetLockedHint', true);
    await becomes(present(false, 2));
  });

  test('a terminal is a person’s as long as somebody types at it', async () => {
    const terminal = join(machine.terminals, 'terminal');
    const typed = (secondsAgo: number) => utimesSync(terminal, Date.now() / 1000 - secondsAgo, 0);
    writeFileSync(terminal, '');
    typed(30);
    machine.keep({ id: '7', user: 'bin', type: 'tty', terminal: 'shm/terminal', beganMs: 0 });
    await machine.startBus();
    await machine.startLogind();
    await becomes(present(true));
    typed(600);
    await becomes(present(false));
    typed(3_600);
    await becomes(present(false));
    typed(1);
    await becomes(present(true));
  });

  test('a desktop that has been silent since long ago is not known to be anybody’s', async () => {
    machine.keep({ id: 'c1', user: 'daemon', type: 'x11', beganMs: nowMs() });
    laterMs = 5 * 3_600_000;
    await machine.startBus();
    await machine.startLogind();
    await becomes(present(undefined));
    machine.hint('c1', 'SetIdleHint', true);
    await becomes(present(false));
  });

  test('logind or the bus going is not known, and their coming back is noticed', async () => {
    machine.keep({ id: 'c1', user: 'daemon', type: 'wayland', beganMs: nowMs() });
    await machine.startBus();
    await machine.startLogind();
    await becomes(present(true));
    await machine.stopLogind();
    await becomes(NOT_KNOWN);
    await machine.startLogind();
    await becomes(present(true));
    await machine.stopLogind();
    await machine.stopBus();
    await becomes(NOT_KNOWN);
    await machine.startBus();
    await machine.startLogind();
    await becomes(present(true));
  });
});
