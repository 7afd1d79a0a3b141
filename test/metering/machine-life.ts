/**
 * The life of one computer, second by second, as it really was: when it was awake, what its clock said, when the agent looked and what
 * that look showed, and which programs ran. Made from a seed; shares no code with metering.
 */
import type { SeededRandom } from '../model/seeded-random.ts';

const DAY_MS = 86_400_000;
/** Some day's late evening, so that most lives cross midnight. */
const BEGIN_MS = 20_000 * DAY_MS + DAY_MS - 3_600_000;
const INTERVAL_S = 5;
const PERSON_COMES_S = 1_700;
const PERSON_STAYS_S = 900;
const PROCESSES = 40;

export interface Life {
  pid: number;
  program: string;
  user: string;
  /** Second of its start, and the first in which it is no more. */
  from: number;
  to: number;
}

/** One second of the computer. */
export interface Second {
  wallMs: number;
  monotonicMs: number;
  bootMs: number;
  bootId: string;
  awake: boolean;
  hasPerson: boolean;
  /** Of the process that has the focus; undefined: none has. */
  frontPid: number | undefined;
  /** Its display can be asked. */
  isReadable: boolean;
  /** Users whose sessions are locked; undefined: nobody can tell. */
  lockedUsers: ReadonlySet<string> | undefined;
}

export type Look =
  | { kind: 'whole' }
  /** Processes with these pids are there and not shown. */
  | { kind: 'partial'; hidden: ReadonlySet<number> }
  | { kind: 'missed' };

/** What the agent does at the beginning of a second. */
export interface AgentStep {
  second: number;
  /** 'stop': it makes durable what it has. 'crash': it does not. */
  act: 'start' | 'stop' | 'crash' | 'flush' | Look;
}

export interface MachineLife {
  seconds: Second[];
  lives: Life[];
  steps: AgentStep[];
  counts: Record<'jumps' | 'suspends' | 'restarts' | 'crashes' | 'boots' | 'missed' | 'partial', number>;
}

/** Two of them make none, or one that is seen: what is less than that may go into marks that are full. */
const JUMPS_S = [-3_600, 3_600, -7_200, 86_400, -86_400, 86_400 * 3_650, -86_400 * 3_650, 37, -61, 600];

export function machineLife(random: SeededRandom, length: number): MachineLife {
  const counts = { jumps: 0, suspends: 0, restarts: 0, crashes: 0, boots: 0, missed: 0, partial: 0 };
  const seconds: Second[] = [];
  const steps: AgentStep[] = [];
  const bootsAt: number[] = [];
  let boot = 1;
  let [monotonic, sinceBoot, offset] = [50, 50, 0];
  let asleepUntil = -1;
  const desk = new Desk(random);
  let agentFrom = 0;
  let lookAt = 0;
  let isUp = false;
  const down = (second: number, act: 'stop' | 'crash', atLeast: number): void => {
    if (isUp) steps.push({ second, act });
    isUp = false;
    agentFrom = second + atLeast + random.below(200);
  };
  for (let second = 0; second < length; second++) {
    if (second > asleepUntil) {
      if (random.chance(1 / 900)) {
        counts.jumps++;
        offset += random.pick(JUMPS_S);
      }
      if (random.chance(1 / 1_500)) {
        counts.suspends++;
        asleepUntil = second + 20 + random.below(900);
      } else if (random.chance(1 / 900)) {
        const act = random.chance(0.5) ? 'stop' : 'crash';
        counts[act === 'stop' ? 'restarts' : 'crashes']++;
        down(second, act, 1);
      } else if (random.chance(1 / 3_000)) {
        counts.boots++;
        down(second, random.chance(0.5) ? 'stop' : 'crash', 5);
        bootsAt.push(second);
        boot++;
        [monotonic, sinceBoot] = [0, 0];
      }
    }
    const awake = second > asleepUntil;
    const wallMs = BEGIN_MS + (second + offset) * 1_000;
    seconds.push({
      wallMs,
      monotonicMs: monotonic * 1_000,
      bootMs: sinceBoot * 1_000,
      bootId: `boot-${boot}`,
      awake,
      hasPerson: second % PERSON_COMES_S < PERSON_STAYS_S,
      ...desk.next(),
    });
    if (awake && !isUp && second >= agentFrom) {
      isUp = true;
      lookAt = monotonic;
      steps.push({ second, act: 'start' });
    }
    if (awake && isUp && monotonic >= lookAt) {
      lookAt = monotonic + INTERVAL_S + (random.chance(0.02) ? random.below(40) : 0);
      steps.push({ second, act: look(random, counts) });
      if (random.chance(0.2)) steps.push({ second, act: 'flush' });
    }
    sinceBoot++;
    if (awake) monotonic++;
  }
  steps.push({ second: length - 1, act: 'stop' });
  return { seconds, lives: livesOf(random, length, bootsAt), steps, counts };
}

/** What has the focus, and what is locked. Some computers are never in doubt about it. */
class Desk {
  readonly #random: SeededRandom;
  readonly #mostDoubt: number;
  #frontPid: number | undefined;
  #isReadable = true;
  #lockedUsers: ReadonlySet<string> | undefined = new Set();

  constructor(random: SeededRandom) {
    this.#random = random;
    this.#mostDoubt = random.chance(0.5) ? 0 : 0.3;
  }

  next(): Pick<Second, 'frontPid' | 'isReadable' | 'lockedUsers'> {
    const random = this.#random;
    if (random.chance(1 / 500)) this.#frontPid = random.chance(0.2) ? undefined : random.below(PROCESSES);
    if (random.chance(1 / 300)) this.#isReadable = !random.chance(this.#mostDoubt);
    if (random.chance(1 / 600)) {
      const locked = ['ada', 'grace'].filter(() => random.chance(0.2));
      this.#lockedUsers = random.chance(this.#mostDoubt) ? undefined : new Set(locked);
    }
    return { frontPid: this.#frontPid, isReadable: this.#isReadable, lockedUsers: this.#lockedUsers };
  }
}

function look(random: SeededRandom, counts: MachineLife['counts']): Look {
  if (random.chance(0.02)) {
    counts.missed++;
    return { kind: 'missed' };
  }
  if (random.chance(0.03)) {
    counts.partial++;
    return {
      kind: 'partial',
      hidden: new Set(Array.from({ length: PROCESSES }, (_, pid) => pid).filter(() => random.chance(0.5))),
    };
  }
  return { kind: 'whole' };
}

/** A boot ends whatever runs. */
function livesOf(random: SeededRandom, length: number, bootsAt: readonly number[]): Life[] {
  return Array.from({ length: PROCESSES }, (_, pid) => {
    const from = random.below(length + 600) - 600;
    const wanted = from + 1 + random.below(random.chance(0.5) ? 40 : 5_000);
    const boot = bootsAt.find((at) => at > from && at < wanted);
    return {
      pid,
      program: random.pick(['editor', 'browser', 'shell']),
      user: random.pick(['ada', 'grace']),
      from,
      to: boot ?? wanted,
    };
  });
}
