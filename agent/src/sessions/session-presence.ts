/**
 * Whether a person is at this computer, and whose sessions are all locked, decided from what the sessions say. Pure: time is
 * passed in.
 *
 * A session is present when it is active, neither idle nor locked, and a person has given a sign lately. What a sign is depends on
 * where the person sits:
 *
 * - At a terminal it is the last input, and silence as long as a desktop's usual delay means that nobody is there. Not so
 *   on a text console: a desktop begun from one may not say that it is one, and all its input goes past the terminal.
 *   There silence says nothing.
 * - At a desktop it is the beginning of the session, and each change of being idle, locked or in front. A desktop that reports
 *   idleness may be believed when it says nothing of it, but not for ever: some never report it, and others stop
 *   when their user forbids the screen to go dark. Nobody sits longer than MOST_SILENT_MS without one pause that a
 *   desktop would report, so after that such a session is not known to be present, and not known to be away.
 *   What this costs: of a fortnight on leave, from a desktop that reports nothing and was not locked, the first MOST_SILENT_MS
 *   count as somebody being there. And whoever really never pauses is not known from then on until the next pause.
 *
 * Sessions over the network count like others: what is used there is used by a person too.
 */

/** One session of a person that is not ending. All times are milliseconds on the monotonic clock. */
export interface Session {
  /** Numeric user id. */
  uid: number;
  place: 'desktop' | 'terminal' | 'text-console';
  /** In front of its seat, or without a seat. */
  isActive: boolean;
  isIdle: boolean;
  isLocked: boolean;
  /** When its person last gave a sign; 'none': there is nothing at which a person could be; undefined: nobody can tell. */
  lastSignMs: number | 'none' | undefined;
}

export interface Presence {
  /** At least one session is present; undefined: not known, which is not "nobody". */
  interactive: boolean | undefined;
  /**
   * Numeric ids of the users who have sessions, all of which say that they are locked. A desktop that never says so is
   * not among them, nor is one who has an unlocked terminal as well. Undefined: not known.
   */
  lockedUids: ReadonlySet<number> | undefined;
}

export const NOT_KNOWN: Presence = { interactive: undefined, lockedUids: undefined };
export const NOBODY: Presence = { interactive: false, lockedUids: new Set() };

/** As long as desktops wait before they call a session idle, unless told otherwise. */
export const TERMINAL_IDLE_MS = 5 * 60_000;
export const MOST_SILENT_MS = 4 * 3_600_000;
/** A sign from further ahead is one from before the clock was set back, and says nothing. */
const MOST_AHEAD_MS = 60_000;

export function presenceOf(sessions: readonly Session[], nowMs: number): Presence {
  const peopled = sessions.filter(({ lastSignMs }) => lastSignMs !== 'none');
  const present = peopled.map((session) => isPresent(session, nowMs));
  const interactive = present.includes(true) || (present.includes(undefined) ? undefined : false);
  const unlocked = new Set(peopled.filter(({ isLocked }) => !isLocked).map(({ uid }) => uid));
  const lockedUids = new Set(peopled.map(({ uid }) => uid).filter((uid) => !unlocked.has(uid)));
  return { interactive, lockedUids };
}

/** Undefined: not known. */
function isPresent(session: Session, nowMs: number): boolean | undefined {
  const { place, isActive, isIdle, isLocked, lastSignMs } = session;
  if (!isActive || isLocked) return false;
  if (isIdle && place !== 'text-console') return false;
  if (typeof lastSignMs !== 'number' || lastSignMs > nowMs + MOST_AHEAD_MS) return undefined;
  const silentMs = nowMs - lastSignMs;
  if (silentMs < (place === 'desktop' ? MOST_SILENT_MS : TERMINAL_IDLE_MS)) return true;
  return place === 'terminal' ? false : undefined;
}
