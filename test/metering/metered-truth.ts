/**
 * What metering must have counted of a computer's life, at least and at most, and how much of it was observed. Written from the rules and
 * from nothing else:
 *
 * - between two looks of one agent a process that both show has run, and so has one that the later one shows, from its start;
 * - one that ended in between ran for some of it;
 * - an interval in which the clock was set or the computer slept counts for nobody;
 * - observed is what lies between two looks of one agent that were near each other, none of them failed and both whole; with a person
 *   at the computer is what of it lies between two looks that both found one;
 * - in front was, in an observed interval, what had the focus at its beginning, unless its user was locked at the end: for half of it when nothing
 *   of that program and user still ran at the end; of the others that ran at the beginning it is known that they were not, when
 *   the display could be asked there; behind a lock was what ran in one at whose end its user was locked;
 * - the computer was on from the first look ever, and in each boot until the last look in it;
 * - what was not made durable before a crash may be lost, and nothing is ever counted twice.
 */
import type { Life, Look, MachineLife } from './machine-life.ts';

const DAY_MS = 86_400_000;
const NEAR_S = 15;
const CLOCKS_APART_MS = 5_000;
/** Half of the longest interval that is near, for each process that ended. */
const MOST_FOR_AN_END_S = 8;

export interface MeteredBounds {
  /** By `day program user`, in seconds. */
  least: Map<string, number>;
  most: Map<string, number>;
  /** By day. */
  observed: Map<string, number>;
  interactive: Map<string, number>;
  /** By `day program user`; the last two at most. */
  leastFront: Map<string, number>;
  mostFront: Map<string, number>;
  frontKnown: Map<string, number>;
  locked: Map<string, number>;
  /** Of all days, under ''. */
  powered: Map<string, number>;
  /** Of each program and user, over all days. */
  mostLaunches: Map<string, number>;
}

/** What a crash would take. */
const PENDING = [
  ...(['least', 'most', 'observed', 'interactive', 'powered'] as const),
  ...(['leastFront', 'mostFront', 'frontKnown', 'locked'] as const),
] as const;
type Pending = Pick<MeteredBounds, (typeof PENDING)[number]>;

interface SeenLook {
  second: number;
  look: Exclude<Look, { kind: 'missed' }>;
  agent: number;
  /** The one before it. */
  before: SeenLook | undefined;
}

export function boundsOf(life: MachineLife): MeteredBounds {
  const bounds: MeteredBounds = { ...nothingPending(), mostLaunches: new Map() };
  let pending = nothingPending();
  let [agent, missed] = [0, false];
  let before: SeenLook | undefined;
  /** The last look that no crash takes away. */
  let durable: SeenLook | undefined;
  for (const { second, act } of life.steps) {
    if (act === 'start') agent++;
    else if (act === 'crash') {
      // The next agent goes on from where the last one was durable, and calls those days as its own clock does.
      pending = nothingPending();
      before = durable;
    } else if (act === 'flush' || act === 'stop') {
      for (const what of PENDING) for (const [key, value] of pending[what]) add(bounds[what], key, value);
      pending = nothingPending();
      durable = before;
    } else if (act.kind === 'missed') missed = true;
    else {
      const now: SeenLook = { second, look: act, agent, before };
      interval(life, before, now, missed, pending);
      before = now;
      missed = false;
    }
  }
  for (const { program, user } of life.lives) add(bounds.mostLaunches, `${program} ${user}`, 1);
  return bounds;
}

function interval(
  life: MachineLife,
  before: SeenLook | undefined,
  now: SeenLook,
  missed: boolean,
  pending: Pending,
): void {
  const { least, most, observed, interactive, powered } = pending;
  const { seconds, lives } = life;
  const from = before?.second ?? now.second;
  const [first, last] = [seconds[from], seconds[now.second]] as const;
  if (!before || !first || !last) return;
  const sameBoot = first.bootId === last.bootId;
  add(powered, '', (last.monotonicMs - (sameBoot ? first.monotonicMs : 0)) / 1_000);
  const apart = last.wallMs - first.wallMs - (last.monotonicMs - first.monotonicMs);
  const isBroken = !sameBoot || Math.abs(apart) > CLOCKS_APART_MS;
  const sameAgent = before.agent === now.agent;
  const isNear = last.monotonicMs - first.monotonicMs <= NEAR_S * 1_000;
  const isSure = sameAgent && !isBroken;
  const isObserved = isSure && isNear && !missed && before.look.kind === 'whole' && now.look.kind === 'whole';
  for (let second = from; second < now.second; second++) {
    const at = seconds[second];
    if (!at?.awake) continue;
    // As the clock of the later look would have called it.
    const day = Math.floor((last.wallMs - (last.monotonicMs - at.monotonicMs)) / DAY_MS);
    if (isObserved) add(observed, `${day}`, 1);
    if (isObserved) attention(life, { from, now, second, day }, pending);
    if (isObserved && first.hasPerson && last.hasPerson) add(interactive, `${day}`, 1);
    const ran = new Set<string>();
    const surely = new Set<string>();
    for (const each of lives) {
      if (!(each.from <= second && second < each.to)) continue;
      const key = `${day} ${each.program} ${each.user}`;
      ran.add(key);
      if (isShown(each, now) && (each.from >= from || isShown(each, before))) surely.add(key);
    }
    // One agent knows of a break; while none ran it may not be known that the clock was set.
    if (!(sameAgent && isBroken)) for (const key of ran) add(most, key, 1);
    if (isSure) for (const key of surely) add(least, key, 1);
  }
  // What those looks did not show is counted when a later one does, by the clock of that.
  for (const each of sameBoot && !sameAgent ? lives : []) {
    for (let second = lastShown(each, before); second < before.second; second++) {
      const at = seconds[second];
      if (!at?.awake || each.from > second) continue;
      const day = Math.floor((last.wallMs - (last.monotonicMs - at.monotonicMs)) / DAY_MS);
      add(most, `${day} ${each.program} ${each.user}`, 1);
    }
  }
  for (const each of lives)
    if (each.to > from && each.to <= now.second)
      for (const at of [first, last])
        add(most, `${Math.floor(at.wallMs / DAY_MS)} ${each.program} ${each.user}`, MOST_FOR_AN_END_S);
}

function attention(
  { seconds, lives }: MachineLife,
  at: { from: number; now: SeenLook; second: number; day: number },
  { leastFront, mostFront, frontKnown, locked }: Pending,
): void {
  const [first, last] = [seconds[at.from], seconds[at.now.second]];
  const keyOf = ({ program, user }: Life): string => `${at.day} ${program} ${user}`;
  const thereAtFirst = lives.filter(({ from, to }) => from <= at.from && at.from < to);
  const thereAtLast = lives.filter(({ from, to }) => from <= at.now.second && at.now.second < to);
  const focused = first?.isReadable ? thereAtFirst.find(({ pid }) => pid === first.frontPid) : undefined;
  if (focused && !last?.lockedUsers?.has(focused.user)) {
    const key = keyOf(focused);
    const [passed, half] = [at.second - at.from, (at.now.second - at.from) / 2];
    const atLast = thereAtLast.filter((each) => keyOf(each) === key);
    if (passed + 1 <= half || atLast.some((each) => thereAtFirst.includes(each))) add(leastFront, key, 1);
    if (passed < half || atLast.length > 0) add(mostFront, key, 1);
  }
  if (first?.isReadable) for (const key of new Set(thereAtFirst.map(keyOf))) add(frontKnown, key, 1);
  // What ended is counted for some of the interval, wherever in it that was.
  const ran = new Set(lives.filter(({ from, to }) => from <= at.now.second && to > at.from).map(keyOf));
  for (const key of ran) if (last?.lockedUsers?.has(key.slice(key.lastIndexOf(' ') + 1))) add(locked, key, 1);
}

function nothingPending(): Pending {
  return Object.fromEntries(PENDING.map((what) => [what, new Map()])) as Pending;
}

/** The second of the last look that showed it, or could not since it had not begun. */
function lastShown(life: Life, look: SeenLook): number {
  let at = look;
  while (at.before && at.look.kind === 'partial' && at.look.hidden.has(life.pid)) at = at.before;
  return at.second;
}

function isShown({ pid, from, to }: Life, { second, look }: SeenLook): boolean {
  return from <= second && second < to && !(look.kind === 'partial' && look.hidden.has(pid));
}

function add(sums: Map<string, number>, key: string, value: number): void {
  sums.set(key, (sums.get(key) ?? 0) + value);
}
