/**
 * Whether an engine that does not answer pings hangs, or has more to do than it can. A ping asks nothing of the tables: an
 * engine at work answers it within milliseconds, on a machine with ten times as much to do as it has cores within a second.
 * Three in a row, of two seconds each, are no load, unless its event loop is at work meanwhile: a storm of readers with
 * large answers keeps it busy, and to end it would cost all of them their answers and lose what it keeps in memory, for
 * nothing. One that is busy for a minute is not coming back. One that somebody stopped has nothing to do at all.
 */
import { mainThreadAccount, type ThreadAccount } from './process-accounting.ts';

/** Lost pings in a row after which the engine is ended: of one that is stopped, whose event loop rests, or works. */
export const MOST_LOST = { stopped: 1, resting: 3, working: 30 };
/** For each ping; one that hangs in a lock wakes up now and then. */
const WORKING_SECONDS = 0.1;

export class LostPings {
  #inARow = 0;
  #cpuSeconds: number | undefined;

  get inARow(): number {
    return this.#inARow;
  }

  /** After each ping, with the engine's process. True when it is to be ended. */
  note(answered: boolean, pid: number, account: ThreadAccount | undefined = mainThreadAccount(pid)): boolean {
    const spent = account && this.#cpuSeconds !== undefined ? account.cpuSeconds - this.#cpuSeconds : 0;
    this.#cpuSeconds = account?.cpuSeconds;
    this.#inARow = answered ? 0 : this.#inARow + 1;
    const loop = account?.stopped ? 'stopped' : spent >= WORKING_SECONDS ? 'working' : 'resting';
    return this.#inARow >= MOST_LOST[loop];
  }
}
