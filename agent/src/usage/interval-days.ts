/** Spans of time: monotonic ones named by the wall clock, cut into UTC days and the five-minute marks they touch, and united. */
import { DAY_MS, dayOf, type Instant } from '../clock/clock.ts';
import { SLOT_MS } from './slots.ts';

/** Half open: [fromMs, toMs). */
export interface Span {
  fromMs: number;
  toMs: number;
}

export interface DayPart {
  day: number;
  milliseconds: number;
  firstSlot: number;
  lastSlot: number;
}

/** What the clock, as it is at `at`, calls that moment of the monotonic clock. */
export function wallAt(at: Instant, monotonicMs: number): number {
  return at.wallMs - (at.monotonicMs - monotonicMs);
}

/** `span` on the monotonic clock. */
export function wallSpan(at: Instant, { fromMs, toMs }: Span): Span {
  return { fromMs: wallAt(at, fromMs), toMs: wallAt(at, toMs) };
}

export function spanUntil(at: Instant, fromMs: number): Span {
  return wallSpan(at, { fromMs, toMs: at.monotonicMs });
}

export function cutAtMidnight({ fromMs, toMs }: Span): DayPart[] {
  const parts: DayPart[] = [];
  for (let at = fromMs; at < toMs; ) {
    const day = dayOf(at);
    const midnight = (day + 1) * DAY_MS;
    const end = Math.min(toMs, midnight);
    parts.push({
      day,
      milliseconds: end - at,
      firstSlot: Math.floor((at - day * DAY_MS) / SLOT_MS),
      lastSlot: Math.floor((end - 1 - day * DAY_MS) / SLOT_MS),
    });
    at = end;
  }
  return parts;
}

/** The spans without overlap, ascending, and nothing of them before `notBeforeMs`. */
export function unionOf(spans: readonly Span[], notBeforeMs: number): Span[] {
  const union: Span[] = [];
  for (const { fromMs, toMs } of [...spans].sort((a, b) => a.fromMs - b.fromMs)) {
    const last = union.at(-1);
    const from = Math.max(fromMs, notBeforeMs);
    if (last && from <= last.toMs) last.toMs = Math.max(last.toMs, toMs);
    else if (from < toMs) union.push({ fromMs: from, toMs });
  }
  return union;
}
