/**
 * What is known of who is in front: the processes that have the focus of a desktop which somebody can see, and whether that
 * is known of every such desktop. Pure.
 */

/** A person's session, as far as a desktop is concerned. */
export interface Desktop {
  /** Numeric user id. */
  uid: number;
  /** "x11", "wayland", "tty" and others. */
  type: string;
  /** As ":0"; empty: it does not say that it has one. */
  display: string;
  /** It was begun on a console, and not over the network. */
  isOnConsole: boolean;
  /** In front of its seat, or without a seat. */
  isActive: boolean;
  isLocked: boolean;
}

/** A display as a session names it, and whose session that is. */
export interface Display {
  name: string;
  uid: number;
}

/** A process that has the focus of a display of that user, as the server of that display says. */
export interface FocusedProcess {
  pid: number;
  uid: number;
}

export interface Focus {
  focused: readonly FocusedProcess[];
  /** When it was asked, milliseconds on the monotonic clock. They are processes that ran then. */
  askedMs: number;
  /** False: there is a desktop of which it is not known who is in front. Then nobody can be said not to be. */
  isWhole: boolean;
}

export const FOCUS_NOT_KNOWN: Focus = {
  focused: [],
  askedMs: Number.NEGATIVE_INFINITY,
  isWhole: false,
};

/** More at once are not asked, and so not known. */
const MOST_DISPLAYS = 16;

/**
 * Which displays are to be asked; `why`: it will not be known of all desktops. Nobody sees what lies behind a lock or on another terminal
 * of the seat, so of these it is known: nobody is in front. A session over the network without a display has nothing to be in front of
 * by itself: desktops that no session names are looked for elsewhere (unnamed-displays.linux.ts).
 */
export function displaysToAsk(desktops: readonly Desktop[]): {
  displays: Display[];
  why: string | undefined;
} {
  const seen = desktops.filter(({ isActive, isLocked }) => isActive && !isLocked);
  const named = seen.filter(({ type, display }) => type === 'x11' && display !== '');
  const each = new Map(named.map(({ display, uid }) => [`${display} ${uid}`, { name: display, uid }]));
  const displays = [...each.values()];
  const untold = seen.map(whyUntold).find((why) => why !== undefined);
  const why = displays.length > MOST_DISPLAYS ? `there are more than ${MOST_DISPLAYS} displays` : untold;
  return { displays: displays.slice(0, MOST_DISPLAYS), why };
}

/** Undefined: it can be asked, or there is nothing to know. */
function whyUntold({ type, display, isOnConsole }: Desktop): string | undefined {
  if (type === 'wayland' || type === 'mir') return `a session is of type ${type}, which tells nobody`;
  if (type === 'x11' && display === '') return 'a session does not say which display it has';
  if (type === 'tty' && isOnConsole) return 'a desktop may have been begun from a text console';
  return undefined;
}
