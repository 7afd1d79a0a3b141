/**
 * Where the agent reports while its collector moves, and after. Pure: values in, values out, time passed in.
 *
 *     a notice comes      a *trial* begins: the new place first, the old one beside it
 *     until it ends       whichever answers is used; what answered last is remembered
 *     it ends             the new place answered last: it is kept, the old one forgotten
 *                         the old one did, or neither: the old one is kept, the new one forgotten
 *     a newer notice      ends the trial at once in the same way, and begins its own
 *     one without a place ends the trial at once for the old place; obeyed only when it came from there, since
 *                         otherwise it could send the agent to a place that is gone
 *
 * Authorities prove the collector at the addresses that they were named with and nowhere else.
 */
import type { MoveNotice } from '@fleetmeter/proto';

export interface Place {
  /** Best first. */
  addresses: readonly string[];
  /** Fingerprints; none: no TLS on this computer itself. */
  authorities: readonly string[];
}

export interface MoveState {
  /** 32 hex digits: whose notices these were. */
  collectorId: string;
  /** First address of the place that the device had joined then; after joining elsewhere none of this counts. */
  home: string;
  /** Of the newest notice that was obeyed. */
  serial: number;
  /** Where an earlier trial ended; undefined: where the device joined. */
  settled?: Place | undefined;
  trial?: Trial | undefined;
}

export interface Trial extends Place {
  /** Milliseconds since 1970. */
  untilMs: number;
  /** The last answer came from there. */
  answers: boolean;
}

export type IgnoredNotice =
  /** Of the notice that is obeyed already; happens when an answer was lost. */
  | 'repeated'
  /** A newer one was obeyed before. */
  | 'older'
  /** Of another collector. */
  | 'foreign'
  /** Its time is over. */
  | 'expired'
  /** It would end the protection by TLS that the device joined with. */
  | 'unprotected'
  /** It calls the move off, and came from the new place. */
  | 'misplaced';

/** What the device has joined. */
export interface Joined {
  collectorId: string;
  home: string;
  /** Whether the join string names authorities. */
  byTls: boolean;
}

/** The state that counts now: none for what another place or another collector said, and without a trial that is over. */
export function stateNow(
  state: MoveState | undefined,
  { collectorId, home }: Pick<Joined, 'collectorId' | 'home'>,
  nowMs: number,
): MoveState | undefined {
  if (!state || state.collectorId !== collectorId) return undefined;
  // The serial stays, so that nothing older is obeyed again.
  if (state.home !== home) return { collectorId, home, serial: state.serial };
  return state.trial && state.trial.untilMs <= nowMs ? ended(state) : state;
}

/** `fromMoved`: it came over an address that an earlier notice named. */
export function heed(
  before: MoveState | undefined,
  notice: MoveNotice,
  joined: Joined,
  fromMoved: boolean,
  nowMs: number,
): MoveState | IgnoredNotice {
  if (notice.collectorId !== joined.collectorId) return 'foreign';
  const { serial, addresses, authorities } = notice;
  if (before && serial === before.serial) return 'repeated';
  if (before && serial < before.serial) return 'older';
  const untilMs = notice.validUntil * 1000;
  if (untilMs <= nowMs) return 'expired';
  const { collectorId, home } = joined;
  if (addresses.length === 0) {
    if (fromMoved) return 'misplaced';
    return { collectorId, home, serial, settled: before?.settled };
  }
  if (joined.byTls && authorities.length === 0) return 'unprotected';
  const trial = { addresses, authorities, untilMs, answers: false };
  return { collectorId, home, serial, settled: before && ended(before).settled, trial };
}

/** The same object when it changes nothing. */
export function answeredBy(state: MoveState, moved: boolean): MoveState {
  const { trial } = state;
  return trial && trial.answers !== moved ? { ...state, trial: { ...trial, answers: moved } } : state;
}

/** Every place that may be used, best first. `joined` is what the join string says. */
export function placesOf(state: MoveState | undefined, joined: Place): { place: Place; moved: boolean }[] {
  const old = { place: state?.settled ?? joined, moved: false };
  return state?.trial ? [{ place: state.trial, moved: true }, old] : [old];
}

function ended({ trial, ...state }: MoveState): MoveState {
  if (!trial?.answers) return state;
  const { addresses, authorities } = trial;
  return { ...state, settled: { addresses, authorities } };
}
