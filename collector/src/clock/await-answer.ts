/** Waiting for a server of the organisation, which may be away when the collector starts. */
import { setTimeout as sleep } from 'node:timers/promises';

/** The collector was told to stop before the server answered. */
export class StoppedWhileWaitingError extends Error {
  override name = 'StoppedWhileWaitingError';
}

export interface Asked<Answer> {
  /** As a sentence names it: "the ClickHouse server". */
  who: string;
  /** Undefined, and no answer, until there is one. What it rejects with ends the waiting. */
  ask: () => Promise<Answer | undefined>;
  /** Called once, before the first pause. */
  onSilence: () => void;
  stopped: AbortSignal;
}

const FIRST_PAUSE_MS = 500;
const LAST_PAUSE_MS = 5_000;

/** Rejects with StoppedWhileWaitingError when `stopped` comes first. */
export async function awaitAnswer<Answer>({
  who,
  ask,
  onSilence,
  stopped,
}: Asked<Answer>): Promise<{ answer: Answer; waited: boolean }> {
  for (let pauseMs = FIRST_PAUSE_MS, waited = false; ; pauseMs = Math.min(2 * pauseMs, LAST_PAUSE_MS)) {
    const answer = await ask();
    if (answer !== undefined) return { answer, waited };
    if (!waited) onSilence();
    waited = true;
    await sleep(pauseMs, undefined, { signal: stopped }).catch(() => {
      throw new StoppedWhileWaitingError(`told to stop while ${who} did not answer`);
    });
  }
}
