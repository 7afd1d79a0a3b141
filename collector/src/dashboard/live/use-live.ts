/**
 * An answer that renews itself every two seconds while somebody looks. The last good answer stays when the next
 * one fails or the question changes, so nothing on the page blinks; a hidden tab asks nothing.
 *
 * What rests on ninety days costs the engine more and changes when a day is derived: it is asked once a minute, and
 * the header does not call the page a minute old for it.
 */
import { useEffect, useRef, useState } from 'react';
import { noteFreshness } from './freshness.ts';
import { ask, type Trouble } from './question.ts';

export const REFRESH_MS = 2_000;
export const SELDOM_MS = 60_000;

export interface Live<Answer> {
  answer: Answer | undefined;
  trouble: Trouble | undefined;
  /** The answer belongs to the question before this one. */
  outdated: boolean;
}

interface Kept<Answer> {
  answer: Answer;
  address: string;
  answeredAt: number;
}

/** Answers of addresses looked at lately: going back shows the old view at once. */
const remembered = new Map<string, Kept<unknown>>();
const REMEMBERED = 20;

export function useLive<Answer>(address: string, everyMs = REFRESH_MS): Live<Answer> {
  const [kept, setKept] = useState(() => remembered.get(address) as Kept<Answer> | undefined);
  const [trouble, setTrouble] = useState<Trouble>();
  const [name] = useState(() => Symbol('question'));
  const answeredAt = useRef(kept?.answeredAt);

  useEffect(() => {
    const stopping = new AbortController();
    const note = (found: Trouble | undefined) => {
      setTrouble(found);
      const trouble = found?.refused ? undefined : found;
      const counts = trouble !== undefined || answeredAt.current === undefined || everyMs === REFRESH_MS;
      noteFreshness(name, counts ? { answeredAt: answeredAt.current, trouble } : undefined);
    };
    note(undefined);
    const refresh = async (): Promise<void> => {
      while (!stopping.signal.aborted) {
        await whileHidden(stopping.signal);
        const outcome = await ask<Answer>(address, stopping.signal);
        if (stopping.signal.aborted) return;
        if ('answer' in outcome) {
          const next = { answer: outcome.answer, address, answeredAt: Date.now() };
          remember(next);
          setKept(next);
        }
        if ('answer' in outcome || outcome.trouble.refused) answeredAt.current = Date.now();
        note('trouble' in outcome ? outcome.trouble : undefined);
        await pause('trouble' in outcome ? REFRESH_MS : everyMs, stopping.signal);
      }
    };
    refresh().catch((error: unknown) => {
      if (!stopping.signal.aborted) throw error;
    });
    return () => {
      stopping.abort();
      noteFreshness(name, undefined);
    };
  }, [address, name, everyMs]);

  const known = kept?.address === address ? kept : ((remembered.get(address) as Kept<Answer>) ?? kept);
  return { answer: known?.answer, trouble, outdated: known !== undefined && known.address !== address };
}

function remember(kept: Kept<unknown>): void {
  remembered.delete(kept.address);
  remembered.set(kept.address, kept);
  const [oldest] = remembered.keys();
  if (remembered.size > REMEMBERED && oldest !== undefined) remembered.delete(oldest);
}

/** Resolves when the tab is seen, at once when it is, and when `signal` ends. */
async function whileHidden(signal: AbortSignal): Promise<void> {
  while (document.hidden && !signal.aborted) {
    await new Promise<void>((resolve) => {
      const options = { once: true, signal };
      document.addEventListener('visibilitychange', () => resolve(), options);
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
  }
}

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
}
