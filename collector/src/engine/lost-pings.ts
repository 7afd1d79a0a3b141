/**
 * Whether an engine that does not answer pings hangs, or has more to do than it can. A ping asks nothing of the tables: an
 * engine at work answers it within milliseconds, on a machine with ten times as much to do as it has cores within a second.
 * Three in a row that take three seconds each, and two seconds between them, are no load, unless its event loop is at work
 * meanwhile: a storm of readers with large answers keeps it busy, and to end it would cost all of them their answers and
 * lose what it keeps in memory, for nothing. One that is busy for a minute is not coming back.
 */
import { mainThreadCpuSeconds } from './process-accounting.ts';

/** Lost pings in a row after which the engine is ended: of one whose event loop rests, and of one whose event loop works. */
export const MOST_LOST = { resting: 3, working: 12 };
/** Of a ping's time; one that hangs in a lock wakes up now and then. */
const WORKING_SECONDS = 0.2;

export class LostPings {
  readonly #mostLost: typeof MOST_LOST;
  #inARow = 0;
  #cpuSeconds: number | undefined;

  constructor(mostLost = MOST_LOST) {
    this.#mostLost = mostLost;
  }

  get inARow(): number {
    return this.#inARow;
  }

  /** After each ping, with the engine's process. True when it is to be ended. */
  note(answered: boolean, pid: number, cpuSeconds = mainThreadCpuSeconds(pid)): boolean {
    const spent = (cpuSeconds ?? 0) - (this.#cpuSeconds ?? cpuSeconds ?? 0);
    this.#cpuSeconds = cpuSeconds;
    this.#inARow = answered ? 0 : this.#inARow + 1;
    const { working, resting } = this.#mostLost;
    return this.#inARow >= (spent >= WORKING_SECONDS ? working : resting);
  }
}
