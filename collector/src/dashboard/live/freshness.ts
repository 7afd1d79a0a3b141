/** How fresh is what the page shows? Every live question notes its last answer here; the header reads it. */
import { useSyncExternalStore } from 'react';
import type { Trouble } from './question.ts';

export interface Freshness {
  /** When the oldest answer on the page arrived, milliseconds since 1970; undefined while one is missing. */
  answeredAt: number | undefined;
  trouble: Trouble | undefined;
}

const notes = new Map<symbol, Freshness>();
const listeners = new Set<() => void>();
let present: Freshness = { answeredAt: undefined, trouble: undefined };

export function noteFreshness(question: symbol, freshness: Freshness | undefined): void {
  if (freshness) notes.set(question, freshness);
  else notes.delete(question);
  const all = [...notes.values()];
  const times = all.map(({ answeredAt }) => answeredAt);
  const trouble =
    all.find((note) => note.trouble?.code === 'unreachable')?.trouble ??
    all.find((note) => note.trouble)?.trouble;
  const answeredAt = times.some((time) => time === undefined) ? undefined : Math.min(...(times as number[]));
  present = { answeredAt: times.length === 0 ? undefined : answeredAt, trouble };
  for (const listener of listeners) listener();
}

export function useFreshness(): Freshness {
  return useSyncExternalStore(subscribe, () => present);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
