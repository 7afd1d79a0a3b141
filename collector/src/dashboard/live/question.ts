/** One question to the collector, and what can become of it. */
import type { ProblemAnswer } from '../../admin/answers.ts';

/** Longer than the collector itself waits for its engine. */
const PATIENCE_MS = 30_000;

export interface Trouble {
  /** A code of the collector, or `unreachable` when it did not answer at all. */
  code: string;
  title: string;
  detail: string;
  /** The collector is well and says no: there is no such thing. */
  refused: boolean;
}

export type Outcome<Answer> = { answer: Answer } | { trouble: Trouble };

const UNREACHABLE: Trouble = {
  code: 'unreachable',
  title: 'The collector is not reachable.',
  detail: 'It may be restarting.',
  refused: false,
};

/** Never rejects, but when `signal` ends it. */
export async function ask<Answer>(address: string, signal: AbortSignal): Promise<Outcome<Answer>> {
  try {
    const response = await fetch(address, {
      signal: AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]),
      headers: { accept: 'application/json' },
    });
    if (response.ok) return { answer: (await response.json()) as Answer };
    const { code, title, detail } = (await response.json()) as ProblemAnswer;
    return { trouble: { code, title, detail, refused: response.status < 500 } };
  } catch (error) {
    if (signal.aborted) throw error;
    return { trouble: UNREACHABLE };
  }
}
